"""Great Expectations' own pages, Data Docs, for one run: made on request, and with nothing from elsewhere.

As Great Expectations writes them, they load fonts, styles and scripts from six hosts, and are bare without them. These keep its
rendering of each result and take the rest away, for one style sheet beside them.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import as_file, files
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from lxml import etree, html

from expectations.rules import Rule

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult

Result = Mapping[str, Any]
"""A row of ``quality.results``, summed up over a run: ``table_name``, ``rule``, ``status``, ``n_rows``, ``n_unexpected``, ``why``."""

_FROM_ELSEWHERE = "//script | //link | //style | //img | //nav[contains(@class, 'navbar-expand')] | //footer"
_NEEDS_SCRIPTS = "//div[contains(@class, 'card')][.//strong[text()='Actions']] | //*[contains(@class, 'ge-walkthrough-modal')]"


def write_docs(
    results: Sequence[Result], catalogue: Iterable[tuple[str, Rule]], run_id: str, target: Path
) -> list[Path]:
    """Write a page for each table of a run, and an index.

    Args:
        results: What the run found, in any order.
        catalogue: Every rule, with its table.
        run_id: The run.
        target: Folder for the pages; made where it is not there.

    Returns:
        The pages, the index first.
    """
    rules = {(table, rule.name): rule for table, rule in catalogue}
    target.mkdir(parents=True, exist_ok=True)
    with as_file(files("expectations") / "docs.css") as style:
        shutil.copyfile(style, target / "docs.css")
    index = target / "index.html"
    pages = {}
    for table, found in groupby(
        sorted(results, key=lambda one: one["table_name"]), lambda one: one["table_name"]
    ):
        of_table = [*found]
        pages[table] = (target / f"{table}.html", of_table)
        text = _rendered(_validation(table, of_table, rules, run_id))
        pages[table][0].write_text(_alone(text, f"{table}, run {run_id}"), encoding="utf-8")
    index.write_text(_index(pages, run_id), encoding="utf-8")
    return [index, *(page for page, _ in pages.values())]


def _validation(
    table: str, results: Sequence[Result], rules: Mapping[tuple[str, str], Rule], run_id: str
) -> ExpectationSuiteValidationResult:
    """Tell Great Expectations what it found once, as its pages want it."""
    from great_expectations.core import ExpectationSuiteValidationResult  # noqa: PLC0415  takes seconds
    from great_expectations.core.run_identifier import RunIdentifier  # noqa: PLC0415  the same

    found = [_result(one, rules.get((table, one["rule"]))) for one in results]
    n_good = sum(bool(one.success) for one in found)
    return ExpectationSuiteValidationResult(
        success=n_good == len(found),
        results=found,
        suite_name=table,
        statistics={
            "evaluated_expectations": len(found),
            "successful_expectations": n_good,
            "unsuccessful_expectations": len(found) - n_good,
            "success_percent": 100 * n_good / len(found),
        },
        meta={
            "run_id": RunIdentifier(run_name=run_id),
            "active_batch_definition": {
                "datasource_name": "lake",
                "data_connector_name": "podlake",
                "data_asset_name": table,
                "batch_identifiers": {},
            },
        },
    )


def _result(one: Result, rule: Rule | None) -> ExpectationValidationResult:
    from great_expectations.core import ExpectationValidationResult  # noqa: PLC0415  takes seconds
    from great_expectations.expectations.expectation_configuration import (  # noqa: PLC0415  the same
        ExpectationConfiguration,
    )

    n_rows, n_unexpected = one["n_rows"], one["n_unexpected"]
    # A rule that podlake no longer has is told without its bounds, of which the expectation wants one.
    bounds = {"min_value": rule.low, "max_value": rule.high} if rule else {"min_value": 0}
    return ExpectationValidationResult(
        success=one["status"] == "passed",
        expectation_config=ExpectationConfiguration(
            type="expect_column_values_to_be_between",
            kwargs={"column": one["rule"], **bounds},
            notes=one["why"],
        ),
        result={
            "element_count": n_rows,
            "unexpected_count": n_unexpected,
            "unexpected_percent": 100 * n_unexpected / n_rows if n_rows else 0.0,
            "partial_unexpected_list": [],
        },
        exception_info={
            "raised_exception": one["status"] == "errored",
            "exception_message": "the check raised an error" if one["status"] == "errored" else "",
            "exception_traceback": "",
        },
    )


def _rendered(validation: ExpectationSuiteValidationResult) -> str:
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx  # noqa: PLC0415  takes seconds
    from great_expectations.render.renderer.page_renderer import (  # noqa: PLC0415  the same
        ValidationResultsPageRenderer,
    )
    from great_expectations.render.view.view import DefaultJinjaPageView  # noqa: PLC0415  the same

    gx.get_context(mode="ephemeral")
    view: Any = DefaultJinjaPageView()  # its methods have no types
    return str(view.render(ValidationResultsPageRenderer().render(validation)))


def _alone(text: str, title: str) -> str:
    """Take away what comes from elsewhere and what needs scripts, and link the style sheet beside."""
    page = html.document_fromstring(text)
    for element in _elements(page, f"{_FROM_ELSEWHERE} | {_NEEDS_SCRIPTS}"):
        if element.getparent() is not None:
            element.drop_tree()
    for link in _elements(page, "//a[starts-with(@href, 'http') or contains(@href, '../')]"):
        link.drop_tag()
    for element in _elements(page, "//*[@onclick]"):
        del element.attrib["onclick"]
    head, body = _elements(page, "head")[0], _elements(page, "body")[0]
    etree.SubElement(head, "link", rel="stylesheet", href="docs.css")
    for old in _elements(head, "title"):
        head.remove(old)
    etree.SubElement(head, "title").text = title
    page.set("lang", "en")
    back = etree.Element("p")
    etree.SubElement(back, "a", href="index.html").text = "All tables of the run"
    body.insert(0, back)
    return str(html.tostring(page, doctype="<!doctype html>", encoding="unicode"))


def _elements(above: etree._Element, path: str) -> list[Any]:
    """Return the elements at a path that names elements alone."""
    return cast("list[Any]", above.xpath(path))


def _index(pages: Mapping[str, tuple[Path, Sequence[Result]]], run_id: str) -> str:
    page = html.document_fromstring(
        "<html lang='en'><head><meta charset='utf-8'><title></title><link rel='stylesheet' href='docs.css'></head>"
        "<body><h1></h1><table class='table'><thead><tr><th>Table</th><th>Checks</th><th>Failed</th></tr></thead>"
        "<tbody></tbody></table></body></html>"
    )
    for heading in _elements(page, "//title | //h1"):
        heading.text = f"Checks of run {run_id}"
    body = _elements(page, "//tbody")[0]
    for table, (file, results) in pages.items():
        row = etree.SubElement(body, "tr")
        etree.SubElement(etree.SubElement(row, "td"), "a", href=file.name).text = table
        etree.SubElement(row, "td").text = str(len(results))
        etree.SubElement(row, "td").text = str(sum(one["status"] != "passed" for one in results))
    return str(html.tostring(page, doctype="<!doctype html>", encoding="unicode"))
