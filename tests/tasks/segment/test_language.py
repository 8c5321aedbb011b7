from __future__ import annotations

import polars as pl
import pytest

from tasks.segment.language import identify, languages_of
from tests.tasks.segment.test_sentences import pieces_of
from tests.tasks.test_transform import transformed

ENGLISH = "so we went down to the kitchen and nobody had thought about what the oven was going to say to us"
GERMAN = (
    "also wir sind dann in die küche gegangen und keiner hatte daran gedacht was der ofen uns sagen würde"
)


@pytest.mark.parametrize(
    ("speech", "language"),
    [
        (ENGLISH, "en"),
        (GERMAN, "de"),
        (
            "alors on est descendus dans la cuisine et personne n'avait pensé à ce que le four allait dire",
            "fr",
        ),
        ("entonces bajamos a la cocina y nadie había pensado en lo que el horno nos iba a decir", "es"),
        ("然后我们就下到厨房里去了谁也没有想到烤箱会对我们说什么", "zh"),
        ("それで台所に降りて行ったんですがオーブンが何を言うか誰も考えていませんでした", "ja"),
        ("what do you mean by that", "en"),
        ("M. M. Sa. mhm. Ra.", None),
        ("1 2 3", None),
    ],
)
def test_speech_shows_its_language(speech: str, language: str | None) -> None:
    assert identify(pieces_of({"text": speech}))["language"].to_list() == [language]


def test_an_introduction_in_another_language_does_not_decide() -> None:
    assert (
        identify(pieces_of({"text": ENGLISH + " " + ENGLISH}, *[{"text": GERMAN}] * 20))["language"].item()
        == "de"
    )


@pytest.mark.parametrize(
    ("declared", "language"), [("fr", "fr"), ("EN-us", "en"), ("pt_BR", "pt"), (None, "de"), ("german", "de")]
)
def test_what_a_document_declares_wins(declared: str | None, language: str) -> None:
    documents = pl.DataFrame(
        {"doc": [0], "language": [declared]}, schema={"doc": pl.UInt32, "language": pl.String}
    )
    assert languages_of(documents, pieces_of({"text": GERMAN})).rows() == [(0, language)]


def test_a_transcript_has_a_language_where_its_document_declares_none() -> None:
    tables = transformed(GERMAN, f"WEBVTT\nLanguage: en-GB\n\n00:01.000 --> 00:09.000\n{ENGLISH}\n")
    assert tables["raw.documents"]["language"].to_list() == [None, "en-GB"]
    assert tables["core.transcripts"]["language"].to_list() == ["de", "en"]
