from __future__ import annotations

import polars as pl
import pytest

from tasks.evaluate import scores
from tasks.segment.gold import COMMA, GOLD, NONE, PERIOD, QUESTION


def words(
    *surfaces: str, marks: dict[int, int] | None = None, turns: tuple[int, ...] = (), doc: int = 0
) -> pl.DataFrame:
    """Gold words with the marks behind and the turns at some of them."""
    found = marks or {}
    rows = [
        (doc, s.lower(), s, found.get(n, NONE), n in turns, n == 0 or found.get(n - 1, NONE) >= PERIOD)
        for n, s in enumerate(surfaces)
    ]
    return pl.DataFrame(rows, schema=GOLD, orient="row")


def restored(gold: pl.DataFrame, p_end: float = 0.0, p_turn: float = 0.0) -> pl.DataFrame:
    return gold.select("mark", "turn", "surface").with_columns(p_end=pl.lit(p_end), p_turn=pl.lit(p_turn))


def facts(*docs: int, has_turns: bool = True, has_case: bool = True) -> pl.DataFrame:
    rows = [(doc, has_turns, has_case) for doc in docs]
    schema = {"doc": pl.UInt32, "has_turns": pl.Boolean, "has_case": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def counts(both: pl.DataFrame) -> dict[str, tuple[int, int, int]]:
    """Right, asserted and gold of each metric."""
    return {metric: (right, said, gold) for _, metric, right, said, gold in scores.count(both).iter_rows()}


SURFACES = ("Is", "Ann", "there", "No", "the", "API", "broke", "so", "i", "left")
GOLD_WORDS = words(*SURFACES, marks={1: COMMA, 2: QUESTION, 3: COMMA, 6: PERIOD, 9: PERIOD}, turns=(3, 7))


def test_counts_are_those_counted_by_hand() -> None:
    guess = words(
        "Is", "ann", "There", "no", "the", "API", "Broke", "so", "I", "left",
        marks={1: PERIOD, 2: PERIOD, 3: COMMA, 5: QUESTION, 6: PERIOD, 9: PERIOD}, turns=(2, 3),
    )  # fmt: skip
    found = counts(scores.beside(GOLD_WORDS, restored(guess), facts(0)))
    assert found == {
        # Ends behind words 2 and 6 of those behind 1, 2, 5 and 6; the end of the document is no find.
        "sentence": (2, 4, 2),
        "comma": (1, 1, 2),
        "question": (0, 1, 1),
        "any mark": (4, 5, 4),
        "turn": (1, 2, 2),
        "turn within 3": (1, 2, 2),
        # Ann and API have a capital, API got it; There, Broke and I should have none; No starts a sentence.
        "case": (1, 4, 2),
    }


def test_a_word_counts_for_case_only_when_it_is_written_exactly_so() -> None:
    gold = words("An", "iPhone", "here", marks={2: PERIOD})
    guess = words("An", "Iphone", "here", marks={2: PERIOD})
    assert counts(scores.beside(gold, restored(guess), facts(0)))["case"] == (0, 1, 1)


@pytest.mark.parametrize(
    ("gold", "guess", "right"),
    [
        ((10,), (13,), 1),
        ((10,), (14,), 0),
        ((10, 12), (11,), 1),  # one found is not two
        ((10,), (9, 11), 1),
        ((10, 12), (12, 13), 2),  # the first is near the first, though the second hits the second
        ((10, 20), (20, 10), 2),
        ((), (5,), 0),
    ],
)
def test_turns_within_three_words_match_one_to_one(
    gold: tuple[int, ...], guess: tuple[int, ...], right: int
) -> None:
    said = ["so"] * 30
    both = scores.beside(words(*said, turns=gold), restored(words(*said, turns=guess)), facts(0))
    assert counts(both)["turn within 3"] == (right, len(guess), len(gold))


def test_no_turn_is_near_one_of_another_document() -> None:
    gold = pl.concat([words("a", "b", turns=(1,)), words("c", "d", "e", doc=1)])
    guess = pl.concat([words("a", "b"), words("c", "d", "e", turns=(1,), doc=1)])
    both = scores.beside(gold, restored(guess), facts(0, 1))
    near = scores.count(both).filter(metric="turn within 3")
    assert near.rows() == [(0, "turn within 3", 0, 0, 1), (1, "turn within 3", 0, 1, 0)]


def test_a_document_without_labels_is_scored_for_marks_alone() -> None:
    guess = restored(GOLD_WORDS)
    assert "turn" not in counts(scores.beside(GOLD_WORDS, guess, facts(0, has_turns=False)))
    assert "case" not in counts(scores.beside(GOLD_WORDS, guess, facts(0, has_case=False)))
    assert counts(scores.beside(GOLD_WORDS, guess, facts(0, has_turns=False)))["sentence"] == (2, 2, 2)


def episodes(*rows: tuple[int, int, int]) -> pl.DataFrame:
    columns = ("n_right", "n_predicted", "n_gold")
    return pl.DataFrame(list(rows), schema=columns, orient="row").with_columns(
        episode=pl.int_range(pl.len()).cast(pl.String), metric=pl.lit("sentence")
    )


def test_scores_are_averaged_over_words_not_over_episodes() -> None:
    row = scores.scored(episodes((8, 10, 10), (0, 10, 30))).row(0, named=True)
    assert (row["precision"], row["recall"]) == (8 / 20, 8 / 40)
    assert row["f1"] == pytest.approx(16 / 60)


def test_the_interval_is_the_same_every_time_and_holds_the_score() -> None:
    counted = episodes(*((n % 7 + 3, 10, 12) for n in range(40)))
    first, second = scores.scored(counted), scores.scored(counted.sort("n_right"))
    assert first.equals(second)
    row = first.row(0, named=True)
    assert row["f1_low"] < row["f1"] < row["f1_high"]
    assert row["f1_high"] - row["f1_low"] == pytest.approx(
        4 * 0.182 / 40**0.5, rel=0.15
    )  # 2 of F1's own spread


def test_one_episode_has_no_interval() -> None:
    assert scores.scored(episodes((8, 10, 10))).row(0, named=True)["f1_low"] is None


def test_reliability_puts_what_was_said_beside_what_came_true() -> None:
    gold = words(*"abcdefghijk", marks={2: PERIOD, 5: QUESTION, 10: PERIOD})
    guess = restored(gold, p_end=0.25, p_turn=1.0)
    bins = scores.reliability(scores.beside(gold, guess, facts(0)))
    assert sorted(bins.select("head", "bin", "n", "n_true", "p").rows()) == [
        ("sentence", 2, 10, 2, 2.5),
        ("turn", 9, 10, 0, 10.0),
    ]
    assert scores.calibration_error(bins) == {"sentence": pytest.approx(0.05), "turn": 1.0}
