"""Data Docs say what was found, and load nothing from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

import pytest
from click.testing import CliRunner
from lxml import html

from expectations.docs import write_docs
from expectations.runner import catalogue
from flows.cli import main

RESULTS = [
    {"table_name": table, "rule": rule, "status": status, "n_rows": 200, "n_unexpected": n, "why": why}
    for table, rule, status, n, why in (
        (
            "core.sentences",
            "end-after-start",
            "failed",
            3,
            "a row that ends before it starts <b>is wrong</b>",
        ),
        ("core.sentences", "key-unique", "passed", 0, "two rows of one key would both land"),
        ("core.turns", "long-gone", "errored", 0, "no suite knows it any more"),
    )
]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_docs(RESULTS, catalogue(), "run-7", tmp_path_factory.mktemp("docs") / "of-a-run")


def test_each_table_has_a_page_with_its_results(pages: list[Path]) -> None:
    assert [page.name for page in pages] == ["index.html", "core.sentences.html", "core.turns.html"]
    text = html.parse(str(pages[1])).getroot().text_content()
    assert "end-after-start" in text
    assert re.search(r"3 unexpected values found", text)
    index = html.parse(str(pages[0])).getroot()
    assert [cell.text_content() for cell in index.iter("td")] == [
        "core.sentences",
        "2",
        "1",
        "core.turns",
        "1",
        "1",
    ]
    assert "raised an error" in html.parse(str(pages[2])).getroot().text_content()


def test_nothing_comes_from_elsewhere_and_nothing_runs(pages: list[Path]) -> None:
    for page in pages:
        root = html.parse(str(page)).getroot()
        assert not root.xpath("//script | //img | //*[@onclick]")
        addresses = [str(address) for address in cast("list[str]", root.xpath("//@href | //@src"))]
        assert not [address for address in addresses if "//" in address or ".." in address]
        assert root.xpath("//link/@href") == ["docs.css"]
        for address in addresses:
            assert address.startswith("#") or (page.parent / address).is_file(), address


def test_a_lake_without_runs_says_so(tmp_path: Path) -> None:
    answer = CliRunner().invoke(
        main, ["quality", "docs", str(tmp_path / "docs"), "--lake", str(tmp_path / "none")]
    )
    assert answer.exit_code == 4
    assert "there is no lake here yet" in answer.output
