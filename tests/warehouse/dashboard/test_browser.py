"""The dashboard in a real browser: no error, no other host, accessible, from 360 pixels to 4k, with keyboard alone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, sync_playwright

from flows.dashboard import export
from tests.warehouse.dashboard.serving import served
from tests.warehouse.dashboard.test_pages import one
from warehouse.dashboard.export import paths
from warehouse.dashboard.reader import Reader
from warehouse.search import Searcher
from warehouse.settings import Settings

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
LOOKS = {
    "light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "narrow": {"viewport": {"width": 360, "height": 780}, "color_scheme": "light"},
    "wide": {"viewport": {"width": 3840, "height": 2160}, "color_scheme": "dark"},
}
CHECKED: dict[str, dict[str, object]] = {
    "light": {},
    "dark": {"runOnly": {"type": "rule", "values": ["color-contrast"]}},
}
"""Looks in which axe looks at every page, and at what: only colours differ between them."""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(archive: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(archive, tmp_path_factory.mktemp("served"), "--sql") as address:
        yield address


@pytest.fixture(scope="module")
def one_of_each(archive: Settings) -> list[str]:
    """The last page of each kind."""
    Searcher(archive).follow()
    with closing(Reader(archive)) as reader, reader.look() as look:
        kinds = {(path.count("/"), path.split("/")[1]): path for path in paths(look, ())}
    return [
        *kinds.values(),
        "/sql?q=FROM+core.podcasts",
        "/search?q=bread",
        "/quarantine?rule=unsupported&healed=yes",
    ]


def watched(browser: Browser, look: str, allowed: str) -> tuple[Page, list[str]]:
    """A page in a look, and what went wrong on it: errors, and requests that failed or went anywhere else.

    A request that the browser itself gives up, because it is led to the next page, has not failed.
    """
    page = browser.new_context(**LOOKS[look]).new_page()  # type: ignore[arg-type]  # a dict of mixed options
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on(
        "requestfailed",
        lambda request: (
            None if given_up(request) else wrong.append(f"failed: {request.url} {request.failure}")
        ),
    )
    page.on(
        "request",
        lambda request: None if request.url.startswith(allowed) else wrong.append(f"left: {request.url}"),
    )
    return page, wrong


def given_up(request: Request) -> bool:
    return request.failure is not None and "ERR_ABORTED" in request.failure


@pytest.mark.parametrize("look", LOOKS)
def test_every_kind_of_page_is_whole_and_accessible(
    browser: Browser, address: str, one_of_each: list[str], look: str
) -> None:
    page, wrong = watched(browser, look, address)
    pictures = os.environ.get("PODLAKE_PICTURES")
    for path in one_of_each:
        answer = page.goto(address.rstrip("/") + path)
        assert answer
        assert answer.status == 200, path
        if look in CHECKED:
            found = Axe().run(page, options=CHECKED[look])
            assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
            f"{path} is too wide"
        )
        if pictures:
            page.screenshot(
                path=Path(pictures) / f"{look}{path.replace('/', '-').split('?')[0]}.png", full_page=True
            )
    assert wrong == []


def test_the_keyboard_reaches_the_content_and_every_link(browser: Browser, address: str) -> None:
    page, wrong = watched(browser, "light", address)
    page.goto(address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    links = page.locator("main a, main [tabindex='0']").count()
    reached = set()
    for _ in range(links + 2):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "[...document.querySelectorAll('main a, main [tabindex]')].indexOf(document.activeElement)"
            )
        )
    assert len(reached - {-1}) == links
    assert page.evaluate(
        "getComputedStyle(document.activeElement.matches('body') ? document.querySelector('a') : document.activeElement).outlineStyle"
    ) in {"solid", "none"}
    assert wrong == []


def test_forms_work_without_a_script(browser: Browser, address: str) -> None:
    page, wrong = watched(browser, "light", address)
    page.goto(f"{address}quarantine")
    page.locator("select[name=rule]").select_option("unsupported")
    page.get_by_role("button", name="Filter").click()
    assert "rule=unsupported" in page.url
    assert page.get_by_role("link", name="notes.json").count() == 1
    page.goto(f"{address}sql")
    page.get_by_label("SELECT").fill("SELECT title FROM core.podcasts ORDER BY title")
    page.get_by_role("button", name="Run").click()
    assert page.get_by_role("cell", name="small-museums").count() == 1
    assert wrong == []


def test_an_export_opens_from_disk(browser: Browser, archive: Settings, tmp_path: Path) -> None:
    export(archive, tmp_path / "pages")
    page, wrong = watched(browser, "light", "file://")
    page.goto((tmp_path / "pages" / "index.html").as_uri())
    page.locator("a", has_text="Why?").last.click()
    assert page.locator("h1").inner_text().startswith("Run ")
    page.get_by_role("link", name="Podcasts").click()
    page.get_by_role("link", name="small-museums").click()
    sql = "SELECT count(*) FROM core.episodes JOIN core.podcasts USING (podcast_id) WHERE podcasts.title = 'small-museums'"
    assert page.locator("table a").count() == one(archive, sql)
    assert page.evaluate("getComputedStyle(document.querySelector('table')).borderCollapse") == "collapse"
    assert wrong == []
