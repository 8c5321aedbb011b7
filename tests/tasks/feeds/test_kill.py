"""A run over a feed that is killed lands each item once and skips none, once it is run again."""

from __future__ import annotations

import random

import pytest

from tests.feed_server import Site, slow
from tests.flows.lakes import value
from tests.processes import started
from tests.tasks.feeds.runs import item, rss, run, run_until_killed, transcript
from warehouse.settings import Settings

N_ITEMS = 4
NUMBERS = "SELECT list(number ORDER BY number) FROM core.episodes JOIN core.transcripts USING (episode_id)"


def announce(site: Site, settings: Settings) -> tuple[list[str], Settings]:
    """Put a feed on the site whose transcripts make a batch each."""
    site.put("/feed", rss(*(item(n, transcript(site, n)) for n in range(N_ITEMS, 0, -1))))
    return [site.url("/feed")], settings.model_copy(update={"batch_bytes": 100})


def assert_all_landed_once(settings: Settings) -> None:
    assert value(settings, NUMBERS) == list(range(1, N_ITEMS + 1))
    assert value(settings, "SELECT count(*) FROM raw.documents") == N_ITEMS
    assert value(settings, "SELECT count(*) FROM raw.items") == N_ITEMS
    assert value(settings, "SELECT count(*) FROM raw.feeds WHERE etag IS NOT NULL") == 1


@pytest.mark.parametrize("n_batches", [0, N_ITEMS - 1])
def test_a_kill_between_download_and_commit_skips_no_item(
    site: Site, local: Settings, n_batches: int
) -> None:
    sources, small = announce(site, local)
    process = started(run_until_killed, sources, small, n_batches)
    process.join(600)
    assert process.exitcode == -9
    assert value(local, "SELECT count(*) FROM raw.documents") == n_batches
    assert value(local, "SELECT count(*) FROM raw.feeds") == 0
    run(sources, small)
    assert_all_landed_once(local)
    site.asked()
    run(sources, small)
    assert site.asked() == ["/feed"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_kills_at_any_moment_skip_no_item(site: Site, local: Settings, seed: int) -> None:
    sources, small = announce(site, local)
    for number in range(1, N_ITEMS + 1):
        site.pages[f"/{number}.vtt"] = slow(site.pages[f"/{number}.vtt"], 0.1)
    process = started(run, sources, small)
    process.join(random.Random(seed).uniform(0.5, 8))  # noqa: S311  no secret
    process.kill()
    process.join()
    run(sources, small)
    assert_all_landed_once(local)
