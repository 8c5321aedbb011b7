"""Which transcripts are asked for again, and whose they are."""

from __future__ import annotations

import pytest

from tests.feed_server import Site
from tests.flows.lakes import select
from tests.tasks.feeds.runs import item, rss, run, transcript
from warehouse.settings import Settings
from warehouse.status import held_rows

OWNERS = """
    SELECT podcasts.title, episodes.guid, count(transcript_id)
    FROM core.episodes JOIN core.podcasts USING (podcast_id) LEFT JOIN core.transcripts USING (episode_id)
    GROUP BY ALL ORDER BY ALL
"""


def test_an_item_that_gets_another_guid_keeps_its_transcript(site: Site, local: Settings) -> None:
    url = transcript(site, 1)
    for guid in ("tag:1", "https://new.example/1"):
        site.put("/feed", rss(item(1, url).replace("tag:1", guid)))
        run([site.url("/feed")], local)
    assert select(local, OWNERS) == [("Bread Talk", "https://new.example/1", 1), ("Bread Talk", "tag:1", 1)]
    assert select(local, "SELECT guid FROM raw.items WHERE withdrawn_at IS NOT NULL") == [("tag:1",)]


@pytest.mark.parametrize("n_runs", [1, 2])
def test_a_transcript_that_two_podcasts_announce_is_in_both(site: Site, local: Settings, n_runs: int) -> None:
    url = transcript(site, 1)
    site.put("/show", rss(item(1, url), title="The Show"))
    site.put("/network", rss(item(1, url), title="The Network"))
    feeds = [site.url("/show"), site.url("/network")]
    for sources in [feeds] if n_runs == 1 else [[feed] for feed in feeds]:
        run(sources, local)
    assert select(local, OWNERS) == [("The Network", "tag:1", 1), ("The Show", "tag:1", 1)]


def test_a_page_in_the_place_of_an_old_transcript_heals(site: Site, local: Settings) -> None:
    url = transcript(site, 1)
    there = site.pages["/1.vtt"]
    site.put("/1.vtt", "<!doctype html><html><body>Down for maintenance</body></html>")
    site.put("/feed", rss(item(1, url)))
    assert run([site.url("/feed")], local).quarantined == 1
    assert run([site.url("/feed")], local).unchanged == 1
    site.pages["/1.vtt"] = there
    assert run([site.url("/feed")], local).published == 1
    assert list(held_rows(local)) == []
    site.asked()
    run([site.url("/feed")], local)
    assert site.asked() == ["/feed"]


def test_what_stays_held_back_is_left_alone_after_a_while(site: Site, local: Settings) -> None:
    site.put("/1.vtt", "<!doctype html><html><body>Down for ever</body></html>")
    site.put("/feed", rss(item(1, site.url("/1.vtt"))))
    run([site.url("/feed")], local)
    site.asked()
    run([site.url("/feed")], local.model_copy(update={"recheck_days": 0}))
    assert site.asked() == ["/feed"]
