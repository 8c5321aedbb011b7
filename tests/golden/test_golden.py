from __future__ import annotations

from pathlib import Path

import pytest

from tests.golden.render import GOLDEN, cases, expected_of, render


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_file_is_read_as_expected(case: Path) -> None:
    expected = expected_of(case)
    assert expected.exists(), "no expectation: run tests/golden/render.py and read what it writes"
    assert render(case) == expected.read_bytes().decode()


def test_every_expectation_has_its_input() -> None:
    assert sorted(GOLDEN.glob("*/*.txt")) == [expected_of(case) for case in cases()]
