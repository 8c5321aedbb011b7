"""A feed's life, on a real server and a real lake: every item lands once, none is skipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.feed_server import Site, redirect, status
from tests.flows.lakes import contents, n_snapshots, select, value
from tests.tasks.feeds.runs import item, rss, run, vtt
from warehouse.settings import Settings, load

pytestmark = pytest.mark.usefixtures("new_lake")


@pytest.fixture
def local(settings: Settings, new_lake: Path) -> Settings:
    del new_lake
    return load(lake=settings.lake, allow_private_addresses=True, host_pause_s=0.0, timeout_s=1.0)


def transcript(site: Site, number: int, words: str = "We bake bread. It is warm. You like it") -> str:
    site.put(f"/{number}.vtt", vtt(f"{words}, number {number}"))
    return site.url(f"/{number}.vtt")


def landed(settings: Settings) -> list[tuple[object, ...]]:
    return select(settings, "SELECT guid, title, number FROM core.episodes ORDER BY number")


def test_a_feed_lands_with_its_transcripts(site: Site, local: Settings) -> None:
    site.put("/feed", rss(*(item(n, transcript(site, n)) for n in (3, 2, 1))))
    summary = run([site.url("/feed")], local)
    assert (summary.published, summary.items, summary.failed_feeds) == (3, 3, [])
    assert landed(local) == [(f"tag:{n}", f"Loaf number {n}", n) for n in (1, 2, 3)]
    assert select(local, "SELECT title FROM core.podcasts") == [("Bread Talk",)]
    assert value(local, "SELECT count(*) FROM core.sentences JOIN core.episodes USING (episode_id)") == 9
    assert value(local, "SELECT etag FROM raw.feeds") is not None


def test_an_unchanged_feed_costs_one_request_and_no_snapshot(site: Site, local: Settings) -> None:
    site.put("/feed", rss(item(1, transcript(site, 1))))
    run([site.url("/feed")], local)
    before, snapshots = contents(local), n_snapshots(local)
    site.asked()
    summary = run([site.url("/feed")], local)
    assert (summary.documents, summary.items) == (0, 0)
    assert site.asked() == ["/feed"]
    assert (contents(local), n_snapshots(local)) == (before, snapshots)
