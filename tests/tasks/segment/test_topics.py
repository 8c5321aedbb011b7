from __future__ import annotations

import itertools

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tasks.parse.pieces import pieces
from tasks.segment import segment
from tasks.segment.topics import topics_of
from tests.tasks.segment.test_sentences import recordings

SUBJECTS = {
    "bread": "oven flour yeast crust dough salt baker loaf butter kitchen",
    "boats": "harbour anchor sail rudder mast captain tide rope deck sailor",
    "bees": "honey hive queen pollen nectar swarm flower wax meadow keeper",
    "trains": "station railway engine ticket platform carriage whistle conductor tunnel bridge",
}
QUESTION = "So let's talk about the {0} now, how did you get interested in the {0} and the {1}?"
ANSWERS = (
    "I think the {0} is what matters most when you look at the {1}.",
    "We had the {1} beside the {0}, and it was never easy.",
    "My father would leave the {0} alone until the {1} was ready.",
    "People forget that a {1} needs a {0} every single day.",
)


def conversation(*subjects: str, n_pairs: int = 12) -> tuple[list[tuple[str, str]], list[int]]:
    """Write turns about one subject after the other; return them and the rows at which a subject starts."""
    turns: list[tuple[str, str]] = []
    starts = []
    for subject in subjects:
        words = SUBJECTS[subject].split()
        pairs = itertools.islice(itertools.cycle(itertools.permutations(words, 2)), 0, n_pairs * 7, 7)
        starts.append(len(turns))
        for i, pair in enumerate(pairs):
            if i == 0:
                turns.append(("Ann", QUESTION.format(*pair)))
            turns.append(("Bo", ANSWERS[i % len(ANSWERS)].format(*pair)))
            turns.append(("Bo", ANSWERS[(i + 1) % len(ANSWERS)].format(*reversed(pair))))
    return turns, starts


def sentences(*documents: list[tuple[str, str]]) -> pl.DataFrame:
    rows = [
        {"doc": doc, "speaker": speaker, "text": text}
        for doc, turns in enumerate(documents)
        for speaker, text in turns
    ]
    frame = pl.DataFrame(rows).with_columns(
        doc=pl.col("doc").cast(pl.UInt32),
        turn=pl.struct("doc", "speaker").rle_id(),
        n_words=pl.col("text").str.count_matches(" ").cast(pl.Int32) + 1,
    )
    end = (pl.col("text").str.len_chars() + 1).cum_sum().over("doc").cast(pl.Int32)
    said = pl.col("n_words").cum_sum().over("doc")
    return frame.with_columns(
        start_char=end - pl.col("text").str.len_chars().cast(pl.Int32) - 1,
        end_char=end - 1,
        start_s=(said - pl.col("n_words")) * 0.4,
        end_s=said * 0.4,
        error_s=None,
    ).with_columns(pl.col("error_s").cast(pl.Float64))


ALL = ("bread", "boats", "bees", "trains")


def test_titles_are_words_of_the_topic_where_tabs_stand_between_words() -> None:
    frame = sentences(conversation("bread", "boats")[0])
    tabbed = frame.with_columns(pl.col("text").str.replace(" ", "\t"))
    assert topics_of(tabbed)["title"].to_list() == topics_of(frame)["title"].to_list()


def test_a_document_of_clearly_different_subjects_is_cut_at_the_joins() -> None:
    turns, starts = conversation(*ALL)
    frame = sentences(turns)
    found = topics_of(frame)
    rows = frame["start_char"].search_sorted(found["start_char"]).to_list()
    assert rows == starts
    assert found["score"].is_between(0, 1).all()


@pytest.mark.parametrize("order", list(itertools.permutations(ALL))[::4])
def test_an_accuracy_floor_whatever_the_order(order: tuple[str, ...]) -> None:
    turns, starts = conversation(*order)
    frame = sentences([(who, text.lower()) for who, text in turns])
    rows = frame["start_char"].search_sorted(topics_of(frame)["start_char"]).to_numpy()
    assert len(rows) == len(starts)
    assert np.abs(rows - starts).max() <= 1


def test_segments_cover_the_transcript_from_sentence_to_sentence() -> None:
    frame = sentences(conversation(*ALL)[0], conversation(*ALL[::-1])[0])
    found = topics_of(frame)
    for doc in (0, 1):
        segments, rows = found.filter(doc=doc), frame.filter(doc=doc)
        firsts = rows["start_char"].search_sorted(segments["start_char"]).to_list()
        lasts = rows["end_char"].search_sorted(segments["end_char"]).to_list()
        assert rows["start_char"].gather(firsts).to_list() == segments["start_char"].to_list()
        assert [0, *(last + 1 for last in lasts)] == [*firsts, rows.height]
        assert segments["start_s"].to_list() == rows["start_s"].gather(firsts).to_list()
        assert segments["end_s"].to_list() == rows["end_s"].gather(lasts).to_list()


def test_topics_do_not_depend_on_the_other_documents_of_the_batch() -> None:
    documents = [conversation(*order)[0] for order in (ALL, ALL[::-1], ALL[1:], ("bees", "bread"))]
    together = topics_of(sentences(*documents))
    for doc, turns in enumerate(documents):
        alone = topics_of(sentences(turns)).drop("doc")
        assert alone.height > 1
        assert_frame_equal(together.filter(doc=doc).drop("doc"), alone, check_exact=True)


def test_titles_are_the_terms_that_set_a_topic_apart_as_spoken() -> None:
    turns, _ = conversation(*ALL)
    found = topics_of(sentences([(who, text.replace("harbour", "Harbour")) for who, text in turns]))
    for title, subject in zip(found["title"], ALL, strict=True):
        terms = title.split(", ")
        assert 2 <= len(terms) <= 4
        assert {term.lower() for term in terms} <= set(SUBJECTS[subject].split())
        assert title[0].isupper()
    assert "Harbour" in sentences([("A", "the Harbour")])["text"].item()


@pytest.mark.parametrize("subjects", [("bread",), ("bread", "boats")])
def test_short_transcripts_have_no_segments(subjects: tuple[str, ...]) -> None:
    frame = sentences(conversation(*subjects, n_pairs=6)[0])
    assert topics_of(frame).is_empty()
    assert topics_of(frame.clear()).schema == topics_of(frame).schema


def test_other_languages_are_cut_with_half_the_score() -> None:
    turns, _ = conversation(*ALL)
    english = topics_of(sentences(turns))
    words = {"the": "der", "and": "und", "to": "zu", "that": "das", "of": "von", "is": "ist", "it": "es"}
    other = topics_of(
        sentences([(who, " ".join(words.get(word, word) for word in text.split(" "))) for who, text in turns])
    )
    assert other.height == english.height
    assert (other["score"] < english["score"] * 0.6).all()


def test_headings_win_and_documents_without_any_get_topics() -> None:
    turns, _ = conversation(*ALL)
    texts = [{"text": text, "speaker": who, "heading": False} for who, text in turns]
    rows = [{"doc": 0, "text": "Everything", "speaker": None, "heading": True}]
    rows += [{"doc": doc, **row} for doc in (0, 1) for row in texts]
    frame = pl.DataFrame(rows).with_columns(start_char=pl.int_range(pl.len()) * 200, mark=False)
    found = segment(pieces(frame.with_row_index("cue")), recordings(0, 1))
    assert found.segments.filter(doc=0).select("title", "method").rows() == [("Everything", "heading/1")]
    assert found.segments.filter(doc=1)["method"].unique().to_list() == ["topics/1"]
    assert found.segments["doc"].is_sorted()
