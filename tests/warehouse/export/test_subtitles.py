"""Captions: read back by podlake's own parsers and by pysubs2, they say the same."""

from __future__ import annotations

import html
import json
import re
import sys
from collections.abc import Sequence
from itertools import pairwise

import duckdb
import polars as pl
import pysubs2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.parse import parse
from tasks.transform import transform
from tests.lakes import frame
from tests.tasks.episodes import Cue, episodes, nasty_episodes, source
from warehouse.contracts import SENTENCES, TRANSCRIPTS, TURNS
from warehouse.errors import ExportError
from warehouse.export.selected import Row, find_transcript
from warehouse.export.subtitles import FORMS, Form, captions, rendered

Said = tuple[int | None, int | None, str | None, str]

TIMED = (
    "the-slow-elevator/002-a-clock-that-is-kind.vtt",
    "bread-and-circuits/ep1-the-sourdough-thermostat.srt",
    "small-museums/s01e02-the-spoon-annex.json",
)


def sentences(text: str, path: str) -> list[Said]:
    """Return what the transform makes of a document: start, end, speaker and text of each sentence."""
    tables = transform([source(text, path)])
    speakers = dict(tables["core.turns"].select("turn", "speaker").iter_rows())
    rows = tables["core.sentences"].select("start_s", "end_s", "turn", "text").iter_rows()
    return [(ms(start), ms(end), speakers[turn], words) for start, end, turn, words in rows]


def ms(moment: float | None) -> int | None:
    return None if moment is None else round(moment * 1000)


def in_lake(lake: duckdb.DuckDBPyConnection, transcript_id: str) -> list[Said]:
    rows = lake.execute(
        "SELECT sentences.start_s, sentences.end_s, speaker, sentences.text FROM core.sentences"
        " JOIN core.turns USING (transcript_id, turn) WHERE transcript_id = ? ORDER BY sentence",
        [transcript_id],
    ).fetchall()
    return [(ms(start), ms(end), speaker, text) for start, end, speaker, text in rows]


def shown(
    lake: duckdb.DuckDBPyConnection, key: str, form: Form, *, estimated: bool = False
) -> tuple[str, str]:
    transcript_id = find_transcript(lake, key)
    return transcript_id, "".join(rendered(lake, transcript_id, form, estimated=estimated))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("place", TIMED)
def test_read_back_by_podlake_the_captions_say_what_the_lake_says(
    reader: duckdb.DuckDBPyConnection, place: str, form: Form
) -> None:
    transcript_id, text = shown(reader, place, form)
    near(sentences(text, f"episode.{form}"), in_lake(reader, transcript_id))


def near(found: Sequence[Said], expected: Sequence[Said]) -> None:
    """Compare; a millisecond may be rounded twice."""
    assert [(speaker, text) for _, _, speaker, text in found] == [
        (speaker, text) for _, _, speaker, text in expected
    ]
    for one, other in zip(found, expected, strict=True):
        for time, wanted in zip(one[:2], other[:2], strict=True):
            assert time is not None
            assert wanted is not None
            assert abs(time - wanted) <= 1, one


def rows_of(cues: Sequence[Cue], *, some_unnamed: bool) -> list[Row]:
    """Return cues as the sentences that the SQL model gives, each a turn of its own."""
    return [
        (
            turn,
            turn,
            None if some_unnamed and turn % 3 == 0 else cue.speaker,
            cue.start_ms / 1000,
            cue.end_ms / 1000,
            None,
            cue.text,
        )
        for turn, cue in enumerate(cues)
    ]


def cue_rows(text: str, form: Form) -> list[Said]:
    """Return what podlake's parser reads: each piece of a cue with the cue's times, and who is speaking by then."""
    name = {"srt": "srt", "vtt": "webvtt", "json": "podcast-json"}[form]
    document = pl.DataFrame(
        {"doc": [0], "format": [name], "text": [text], "body_char": [0]},
        schema_overrides={"doc": pl.UInt32, "body_char": pl.Int32},
    )
    found: list[Said] = []
    speaker: str | None = None
    for piece in parse(document).iter_rows(named=True):
        speaker = piece["speaker"] or (None if piece["mark"] else speaker)
        words = " ".join(piece["text"].replace("\0", "").split())
        found.append(
            (ms(piece["start_s"]), ms(piece["end_s"]), None if speaker == "Unknown" else speaker, words)
        )
    return [one for one in found if one[3]]


def joined(found: Sequence[Said], starts: Sequence[int]) -> list[Said]:
    """Join the pieces that begin at each start, or behind it and before the next."""
    whole = []
    for start, following in pairwise([*starts, sys.maxsize]):
        own = [one for one in found if one[0] is not None and start <= one[0] < following]
        assert {one[2] for one in own} == {own[0][2]}
        whole.append((own[0][0], own[-1][1], own[0][2], " ".join(one[3] for one in own)))
    return whole


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=15)
@given(cues=episodes() | nasty_episodes, some_unnamed=st.booleans())
def test_whatever_is_said_words_times_and_speakers_are_read_back(
    form: Form, cues: list[Cue], some_unnamed: bool
) -> None:
    rows = rows_of(cues, some_unnamed=some_unnamed)
    text = "".join(captions(rows, form, has_times=True))
    assert joined(cue_rows(text, form), [cue.start_ms for cue in cues]) == [
        (cue.start_ms, cue.end_ms, speaker, cue.text)
        for cue, (_, _, speaker, *_) in zip(cues, rows, strict=True)
    ]


@pytest.mark.parametrize(("form", "end_s"), [("srt", 3.833), ("vtt", 3.833), ("json", 3.0)])
def test_what_ends_as_it_begins_can_be_seen(form: Form, end_s: float) -> None:
    rows: list[Row] = [(0, 0, "Mara", 3.0, 3.0, None, "Yes."), (1, 1, "Tobias", 5.0, 6.0, None, "Good.")]
    found = cue_rows("".join(captions(rows, form, has_times=True)), form)
    assert found == [(3000, ms(end_s), "Mara", "Yes."), (5000, 6000, "Tobias", "Good.")]


LOOKS_LIKE_MARKUP = pytest.mark.parametrize(
    ("speaker", "text"),
    [
        ("Mara & Sons", "An A&amp;B, as we say."),
        ("Mara <3", "Is a<b> or </b> less?"),
        ("李雷", "Then --> comes the arrow."),
        ("(Staff)", "Note the fish & chips."),
    ],
)


def two_sentences(speaker: str | None, text: str) -> list[Row]:
    return [(0, 0, "Tobias", 0.0, 1.0, None, "Here we go."), (1, 1, speaker, 1.0, 2.0, None, text)]


@LOOKS_LIKE_MARKUP
@pytest.mark.parametrize("form", ["srt", "vtt"])
def test_what_looks_like_markup_is_read_back_as_words(form: Form, speaker: str, text: str) -> None:
    written = "".join(captions(two_sentences(speaker, text), form, has_times=True))
    *_, (_, _, who, words) = cue_rows(written, form)
    assert ((who or "").replace("\0", ""), words) == (speaker, text)


@LOOKS_LIKE_MARKUP
def test_json_holds_every_character_as_it_is(speaker: str, text: str) -> None:
    written = json.loads("".join(captions(two_sentences(speaker, text), "json", has_times=True)))
    assert written["segments"][1] == {"speaker": speaker, "startTime": 1.0, "endTime": 2.0, "body": text}


def test_webvtt_holds_no_markup_but_its_own() -> None:
    rows: list[Row] = [(0, 0, "A > B & C", 0.0, 1.0, None, "<script>x</script> --> & so on.")]
    assert "".join(captions(rows, "vtt", has_times=True)) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n"
        "<v A &gt; B &amp; C>&lt;script&gt;x&lt;/script&gt; --&gt; &amp; so on.\n\n"
    )


def test_a_name_is_never_broken_over_two_lines() -> None:
    name = "Professor Bartholomew Q. Featherstonehaugh"
    written = "".join(captions(two_sentences(name, "Well, yes."), "srt", has_times=True))
    assert f"\n[{name}]: Well,\n" in written


@pytest.mark.parametrize("form", ["srt", "vtt"])
@pytest.mark.parametrize("place", TIMED)
def test_pysubs2_reads_the_words_and_times_of_the_lake(
    reader: duckdb.DuckDBPyConnection, place: str, form: Form
) -> None:
    transcript_id, text = shown(reader, place, form)
    said = in_lake(reader, transcript_id)
    read = pysubs2.SSAFile.from_string(text, format_=form)
    words = [re.sub(r"^\[[^]]+\]: ", "", html.unescape(event.plaintext)) for event in read]
    assert " ".join(words).split() == " ".join(text for *_, text in said).split()
    cues = [(event.start, event.end) for event in read]
    assert cues == sorted(cues)
    assert {start for start, *_ in said} <= {start for start, _ in cues}
    assert {end for _, end, *_ in said} <= {end for _, end in cues}


@pytest.mark.parametrize("form", ["srt", "vtt"])
def test_no_caption_is_too_long_to_be_read(reader: duckdb.DuckDBPyConnection, form: Form) -> None:
    for place in TIMED:
        _, text = shown(reader, place, form)
        for event in pysubs2.SSAFile.from_string(text, format_=form):
            lines = html.unescape(event.plaintext).split("\n")
            assert len(lines) <= 2
            assert all(len(line) <= 42 for line in lines)
            assert event.duration <= 7001


def test_times_that_are_estimates_are_given_only_if_they_will_do(reader: duckdb.DuckDBPyConnection) -> None:
    key = "bread-and-circuits/ep4-the-listener-mailbag"
    for form in FORMS:
        with pytest.raises(ExportError, match=r"are estimates.*--estimated"):
            shown(reader, key, form)
    transcript_id, text = shown(reader, key, "vtt", estimated=True)
    note, *_ = text.removeprefix("WEBVTT\n\n").split("\n\n")
    assert note.startswith("NOTE\n")
    assert "estimates" in note
    near(sentences(text, "episode.vtt"), in_lake(reader, transcript_id))


@pytest.mark.parametrize("form", FORMS)
def test_a_transcript_without_times_has_no_captions(lake: duckdb.DuckDBPyConnection, form: Form) -> None:
    ids: dict[str, object] = {"transcript_id": "t", "episode_id": "e"}
    for table, row in (
        (TRANSCRIPTS, ids),
        (TURNS, ids | {"turn": 0}),
        (SENTENCES, ids | {"turn": 0, "sentence": 0}),
    ):
        lake.register("rows", frame(table, [row]).to_arrow())
        lake.execute(f"INSERT INTO {table.full_name} FROM rows")
    with pytest.raises(ExportError, match="has no times"):
        rendered(lake, "t", form, estimated=True)
    with pytest.raises(ExportError, match="no transcript 'x'"):
        rendered(lake, "x", form)


@pytest.mark.parametrize(
    "key",
    [
        "002-a-clock-that-is-kind",
        "002-a-clock-that-is-kind.vtt",
        "the-slow-elevator/002-a-clock-that-is-kind.vtt",
        "wqfnhlosgzzb",
        "aetlmt6bjf54",
    ],
)
def test_a_transcript_is_found_by_its_id_its_episode_and_its_path(
    reader: duckdb.DuckDBPyConnection, key: str
) -> None:
    assert find_transcript(reader, key) == "wqfnhlosgzzb"


def test_of_an_episode_with_two_transcripts_the_current_one_is_meant(
    reader: duckdb.DuckDBPyConnection,
) -> None:
    current = find_transcript(reader, "001-the-button-nobody-pressed.vtt")
    other = find_transcript(reader, "001-the-button-nobody-pressed.md")
    assert find_transcript(reader, "001-the-button-nobody-pressed") == current != other
    with pytest.raises(ExportError, match="no transcript 'pressed'"):
        find_transcript(reader, "pressed")
