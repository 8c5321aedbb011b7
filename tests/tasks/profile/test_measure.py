from __future__ import annotations

import pytest

from tasks.profile.measure import measurable, measure
from tasks.transform import transform
from tests.tasks.episodes import source
from tests.tasks.profile.archives import Style, webvtt

USUAL = webvtt("usual", Style())


def measured(*contents: str) -> list[dict[str, float | None]]:
    """Return the metrics of documents, in their order."""
    sources = [source(content, f"{number}.vtt") for number, content in enumerate(contents)]
    rows = measure([measurable(transform(sources))])
    order = [one.document.document_id for one in sources]
    return sorted(rows.to_dicts(), key=lambda row: order.index(row["document_id"]))


def cue(number: int, text: str) -> str:
    return f"00:{number:02}:00.000 --> 00:{number + 1:02}:00.000\n{text}\n\n"


def talk(*sentences: str) -> str:
    """Return a transcript of a sentence a minute."""
    return "WEBVTT\n\n" + "".join(cue(number, text) for number, text in enumerate(sentences))


KINDS = ("red", "brown", "dark", "white", "fine", "long", "short", "small", "large", "good")
TEN = [f"<v Mara>We now bake the {kind} bread in this old house again today." for kind in KINDS]
HUNDRED = [text.replace("house", f"house with {kind}") for kind in KINDS for text in TEN]


def test_a_transcript_in_order_has_every_metric() -> None:
    (found,) = measured(talk(*TEN))
    assert found["words_per_minute"] == pytest.approx(12)
    assert found["unlabelled_share"] == found["loop_rate"] == found["filler_rate"] == 0
    assert found["punctuation_rate"] == pytest.approx(1 / 12)
    assert found["sentence_words"] == pytest.approx(12)
    assert found["turn_words"] == found["document_words"] == 120
    assert found["held_back_share"] is None


@pytest.mark.parametrize(
    ("style", "metric", "low", "high"),
    [
        (Style(pace=300), "words_per_minute", 280, 320),
        (Style(is_labelled=False), "unlabelled_share", 1, 1),
        (Style(is_punctuated=False), "punctuation_rate", 0, 0),
        (Style(is_looping=True), "loop_rate", 0.25, 0.4),
        (Style(n_sentences=60), "document_words", 600, 900),
    ],
)
def test_each_fault_shows_in_its_metric_and_moves_no_other_far(
    style: Style, metric: str, low: float, high: float
) -> None:
    usual, other = measured(USUAL, webvtt("usual", style))
    assert low <= float(str(other[metric])) <= high
    rest = {"words_per_minute", "unlabelled_share", "punctuation_rate", "loop_rate", "filler_rate"} - {metric}
    for name in rest:
        assert other[name] == pytest.approx(usual[name], abs=0.02, rel=0.1)


def test_what_the_model_restored_is_not_measured_as_the_sources_own() -> None:
    (found,) = measured(webvtt("bare", Style(is_punctuated=False, is_labelled=False)))
    assert found["sentence_words"] is None
    assert found["turn_words"] is None


def test_fillers_and_repeats_are_counted() -> None:
    (found,) = measured(talk(*(f"{text} Um, the the {kind}." for text, kind in zip(TEN, KINDS, strict=True))))
    assert found["filler_rate"] == pytest.approx(10 / 160)
    assert found["loop_rate"] == pytest.approx(10 / 160)


def test_unknown_words_are_looked_up_in_every_eighth_sentence() -> None:
    unknown = [
        text.replace("bread", "Frobnicatrix,") if number % 16 == 0 else text
        for number, text in enumerate(HUNDRED)
    ]
    known, half = measured(talk(*HUNDRED), talk(*unknown))
    assert known["oov_rate"] == 0
    # Of the thirteen sentences that are looked at, seven have the word.
    assert half["oov_rate"] == pytest.approx(7 / (13 * 14))


@pytest.mark.parametrize(
    ("sentences", "share"),
    [
        (TEN, 0),
        (TEN[:4] + TEN[4:6] * 3, 0.4),
        (TEN[:3] * 3 + TEN[:1], 0.7),
        ([*TEN, *["<v Mara>Yeah.", "<v Ben>Right."] * 10], 0),
    ],
)
def test_sentences_again_and_again_are_a_loop_and_short_answers_are_none(
    sentences: list[str], share: float
) -> None:
    (found,) = measured(talk(*sentences))
    assert found["loop_rate"] == pytest.approx(share)


def test_a_document_of_a_few_words_is_measured_by_its_length_alone() -> None:
    (found,) = measured(talk(*TEN[:2]))
    told = {name for name, value in found.items() if value is not None}
    assert told == {"document_id", "document_words"}


def test_times_that_are_estimates_give_no_pace() -> None:
    (found,) = measured("\n\n".join(f"**Mara:** {text.partition('>')[2]}" for text in TEN))
    assert found["words_per_minute"] is None
    assert found["document_words"] == 120


def test_parts_of_a_batch_do_not_matter() -> None:
    texts = [webvtt(f"{number}", Style(n_sentences=12 + number)) for number in range(4)]
    sources = [source(text, f"{number}.vtt") for number, text in enumerate(texts)]
    whole = measure([measurable(transform(sources))])
    parts = measure([measurable(transform([one])) for one in reversed(sources)])
    assert parts.sort("document_id").equals(whole.sort("document_id"))


def test_nothing_to_measure_is_no_rows() -> None:
    assert measure([]).height == 0
    assert measured("<!DOCTYPE html><html></html>") == []
