"""The dashboard in a real browser: no error, no other host, accessible, from 360 pixels to 4k, with keyboard alone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Request, ViewportSize, sync_playwright

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
PATIENCE_MS = 180_000


@dataclass(frozen=True)
class Look:
    """A window and its colours, and what axe is asked of a page in it: all, or what can differ from the look before."""

    window: ViewportSize
    colours: Literal["light", "dark"]
    rules: dict[str, object] | None = None

    def put_on(self, page: Page) -> None:
        page.set_viewport_size(self.window)
        page.emulate_media(color_scheme=self.colours)


DESK = ViewportSize(width=1280, height=900)
LOOKS: dict[str, Look] = {
    "light": Look(DESK, "light", {}),
    "dark": Look(DESK, "dark", {"runOnly": {"type": "rule", "values": ["color-contrast"]}}),
    "narrow": Look(ViewportSize(width=360, height=780), "light"),
    "wide": Look(ViewportSize(width=3840, height=2160), "dark"),
}

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=PATIENCE_MS)
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


def watched(browser: Browser, allowed: str) -> tuple[Page, list[str]]:
    """A page, and what went wrong on it: errors, and requests that failed or went anywhere else.

    A request that the browser itself gives up, because it is led to the next page, has not failed.
    """
    page = browser.new_context().new_page()
    page.set_default_timeout(PATIENCE_MS)
    LOOKS["light"].put_on(page)
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


def follow(page: Page, locator: Locator) -> None:
    """Click, and wait for the whole page that it leads to: counts do not wait."""
    with page.expect_navigation():
        locator.click()


def test_every_kind_of_page_is_whole_and_accessible(
    browser: Browser, address: str, one_of_each: list[str]
) -> None:
    page, wrong = watched(browser, address)
    for path in one_of_each:
        LOOKS["light"].put_on(page)
        answer = page.goto(address.rstrip("/") + path)
        assert answer
        assert answer.status == 200, path
        for name, look in LOOKS.items():
            look.put_on(page)
            assert faults(page, look) == "", f"{path} in {name}"
            keep_picture(page, f"{name}{path.replace('/', '-').split('?')[0]}")
    assert wrong == []


def faults(page: Page, look: Look) -> str:
    """What is wrong with a page in a look."""
    if not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
        return "too wide"
    if look.rules is None:
        return ""
    # What is well need not be described: that takes most of the time.
    found = Axe().run(page, options={"resultTypes": ["violations"], **look.rules})
    return found.generate_report() if found.violations_count else ""


def keep_picture(page: Page, name: str) -> None:
    """Write a picture of the page where PODLAKE_PICTURES says."""
    if folder := os.environ.get("PODLAKE_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_the_keyboard_reaches_the_content_and_every_link(browser: Browser, address: str) -> None:
    page, wrong = watched(browser, address)
    page.goto(address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    page.wait_for_url("**#main")
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
    page, wrong = watched(browser, address)
    page.goto(f"{address}quarantine")
    page.locator("select[name=rule]").select_option("unsupported")
    follow(page, page.get_by_role("button", name="Filter"))
    assert "rule=unsupported" in page.url
    assert page.get_by_role("link", name="notes.json").count() == 1
    page.goto(f"{address}sql")
    page.get_by_label("SELECT").fill("SELECT title FROM core.podcasts ORDER BY title")
    follow(page, page.get_by_role("button", name="Run"))
    assert page.get_by_role("cell", name="small-museums").count() == 1
    assert wrong == []


def test_an_export_opens_from_disk(browser: Browser, archive: Settings, tmp_path: Path) -> None:
    export(archive, tmp_path / "pages")
    page, wrong = watched(browser, "file://")
    page.goto((tmp_path / "pages" / "index.html").as_uri())
    follow(page, page.locator("a", has_text="Why?").last)
    assert page.locator("h1").inner_text().startswith("Run ")
    follow(page, page.get_by_role("link", name="Podcasts"))
    follow(page, page.get_by_role("link", name="small-museums"))
    sql = "SELECT count(*) FROM core.episodes JOIN core.podcasts USING (podcast_id) WHERE podcasts.title = 'small-museums'"
    assert page.locator("table a").count() == one(archive, sql)
    assert page.evaluate("getComputedStyle(document.querySelector('table')).borderCollapse") == "collapse"
    assert wrong == []
