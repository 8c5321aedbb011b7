from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import polars as pl

from expectations.engine import Outcome, evaluate
from expectations.rules import Rule


def share(name: str) -> Rule:
    return Rule(name=name, column=name, severity="critical", why="a share", low=0, high=1)


def test_great_expectations_gives_the_position_of_every_breach_and_skips_nulls() -> None:
    measures = pl.DataFrame({"a": [0.5, None, 2.0, -1.0], "b": [None, 0.0, 1.0, None]}, strict=False)
    outcomes = evaluate({"a": share("a"), "b": share("b")}, measures)
    assert outcomes == {"a": Outcome((2, 3)), "b": Outcome()}


def test_a_rule_that_raises_is_an_outcome_and_spares_the_others() -> None:
    measures = pl.DataFrame({"text": ["x", "y"], "number": [0.5, 2.0]})
    outcomes = evaluate({"text": share("text"), "number": share("number")}, measures)
    assert "same type" in str(outcomes["text"].error)
    assert outcomes["number"] == Outcome((1,))


def test_a_missing_measure_is_an_error() -> None:
    outcomes = evaluate({"gone": share("gone")}, pl.DataFrame({"here": [1.0]}))
    assert "gone" in str(outcomes["gone"].error)


def test_threads_do_not_see_each_others_rows() -> None:
    def breaches(row: int) -> list[int]:
        numbers = pl.Series("a", [0.0] * 50).scatter(row, 9.0)
        return list(evaluate({"a": share("a")}, numbers.to_frame())["a"].positions)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(breaches, range(20))) == [[row] for row in range(20)]


def test_great_expectations_is_not_imported_before_it_is_needed() -> None:
    code = "import sys, expectations.runner; assert 'great_expectations' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
