"""What a scheduled run that landed less than it should opens, and which later run closes it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.feed_server import serving, status
from tests.flows.test_cli import VTT
from tests.tasks.feeds.runs import item, rss, vtt
from warehouse.incidents import incidents
from warehouse.settings import Settings

pytestmark = pytest.mark.usefixtures("prefect_server")


def run(source: str, settings: Settings) -> list[str]:
    """Run what a schedule runs, and return the kinds of incidents that are open behind it."""
    from flows.scheduled import ingest  # noqa: PLC0415  Prefect reads its settings when it is imported

    ingest([source], {"lake": str(settings.lake), "allow_private_addresses": True})
    return [str(one["kind"]) for one in incidents(settings)]


def test_a_run_with_nothing_new_does_not_say_that_what_is_held_back_has_healed(
    tmp_path: Path, settings: Settings
) -> None:
    source = tmp_path / "podcasts"
    source.mkdir()
    shutil.copy(VTT, source / "good.vtt")
    for name in ("one", "two"):
        (source / f"{name}.vtt").write_bytes(b"")
    assert run(str(source), settings) == ["degraded"]
    assert run(str(source), settings) == ["degraded"]
    for name in ("one", "two"):
        (source / f"{name}.vtt").write_text(vtt(f"We bake {name} bread. It is warm"))
    assert run(str(source), settings) == []


def test_a_feed_that_can_be_read_again_has_recovered_even_with_nothing_new(settings: Settings) -> None:
    with serving() as site:
        site.put("/1.vtt", vtt("We bake bread. It is warm"))
        site.put("/feed", rss(item(1, site.url("/1.vtt"))))
        feed = site.url("/feed")
        assert run(feed, settings) == []
        whole, site.pages["/feed"] = site.pages["/feed"], status(404)
        assert run(feed, settings) == ["incomplete"]
        site.pages["/feed"] = whole
        assert run(feed, settings) == []
