"""A feed's life, on a real server and a real lake: every item lands once, none is skipped."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.feed_server import Answer, Site, endless, redirect, status
from tests.flows.lakes import contents, n_snapshots, select, value
from tests.tasks.feeds.runs import item, rss, run, transcript, vtt
from warehouse.settings import Settings


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


def test_a_feed_goes_through_its_life(site: Site, local: Settings) -> None:
    feed = [site.url("/feed")]
    site.put("/feed", rss(item(1, transcript(site, 1))))
    run(feed, local)
    # A new item: only it is asked for.
    site.put("/feed", rss(item(2, transcript(site, 2)), item(1, site.url("/1.vtt"))))
    site.asked()
    assert (run(feed, local).items, len(landed(local))) == (1, 2)
    assert site.asked() == ["/feed", "/2.vtt"]
    # An item is withdrawn: it is marked, and what it had stays.
    site.put("/feed", rss(item(2, site.url("/2.vtt"))))
    run(feed, local)
    assert select(local, "SELECT guid FROM raw.items WHERE withdrawn_at IS NOT NULL") == [("tag:1",)]
    assert len(landed(local)) == 2
    # It returns, with another title.
    site.put("/feed", rss(item(2, site.url("/2.vtt")), item(1, site.url("/1.vtt")).replace("Loaf", "Roll")))
    run(feed, local)
    assert value(local, "SELECT count(*) FROM raw.items WHERE withdrawn_at IS NOT NULL") == 0
    assert landed(local)[0] == ("tag:1", "Roll number 1", 1)
    assert value(local, "SELECT count(*) FROM raw.documents") == 2


def test_a_recent_transcript_that_changes_lands_as_a_revision(site: Site, local: Settings) -> None:
    today = f"{datetime.now(UTC):%a, %d %b %Y %H:%M:%S} +0000"
    site.put("/feed", rss(item(2, transcript(site, 2), date=today), item(1, transcript(site, 1))))
    run([site.url("/feed")], local)
    site.asked()
    transcript(site, 1, "Old ones are left alone"), transcript(site, 2, "A better text")
    summary = run([site.url("/feed")], local)
    assert site.asked() == ["/feed", "/2.vtt"]
    assert (summary.published, summary.unchanged) == (1, 1)
    texts = select(
        local, "SELECT text FROM core.sentences JOIN core.episodes USING (episode_id) WHERE number = 2"
    )
    assert texts == [("A better text, number 2.",)]
    assert run([site.url("/feed")], local).documents == 0


def test_all_transcripts_of_an_item_land_and_the_richest_is_current(site: Site, local: Settings) -> None:
    site.put("/plain.txt", "We bake bread. It is warm.")
    site.put("/named.vtt", vtt("We bake bread. It is warm", speaker="Ada"))
    site.put("/bare.vtt", vtt("We bake bread. It is warm"))
    site.put("/feed", rss(item(1, *(site.url(path) for path in ("/plain.txt", "/named.vtt", "/bare.vtt")))))
    assert run([site.url("/feed")], local).published == 3
    current = (
        "SELECT path FROM raw.documents JOIN core.transcripts ON document_id = transcript_id WHERE is_current"
    )
    assert select(local, current) == [("named.vtt",)]
    assert len(landed(local)) == 1


def test_a_limit_leaves_the_rest_for_the_next_runs(site: Site, local: Settings) -> None:
    site.put("/feed", rss(*(item(n, transcript(site, n)) for n in (5, 4, 3, 2, 1))))
    limited = local.model_copy(update={"limit": 2})
    found = [run([site.url("/feed")], limited).items for _ in range(4)]
    assert found == [2, 2, 1, 0]
    assert [number for _, _, number in landed(local)] == [1, 2, 3, 4, 5]
    assert value(local, "SELECT count(*) FROM raw.documents") == 5
    assert value(local, "SELECT etag FROM raw.feeds") is not None
    site.asked()
    run([site.url("/feed")], limited)
    assert site.asked() == ["/feed"]


def test_since_leaves_older_items(site: Site, local: Settings) -> None:
    new = item(2, transcript(site, 2), date="Fri, 01 Jan 2021 10:00:00 +0000")
    site.put("/feed", rss(new, item(1, transcript(site, 1))))
    run([site.url("/feed")], local.model_copy(update={"since": date(2020, 6, 1)}))
    assert [number for _, _, number in landed(local)] == [2]
    assert value(local, "SELECT etag FROM raw.feeds") is None
    run([site.url("/feed")], local)
    assert [number for _, _, number in landed(local)] == [1, 2]


def test_a_transcript_that_cannot_be_had_waits_in_quarantine_and_heals(site: Site, local: Settings) -> None:
    url = transcript(site, 1)
    there, site.pages["/1.vtt"] = site.pages["/1.vtt"], status(404)
    site.put("/feed", rss(item(1, url)))
    for _ in range(2):
        run([site.url("/feed")], local)
        held = select(local, "SELECT rule, uri FROM quality.quarantine")
        assert held == [("unreachable", url)]
        assert "404" in value(local, "SELECT reason FROM raw.documents")
        assert value(local, "SELECT etag FROM raw.feeds") is None
    assert landed(local) == [("tag:1", "Loaf number 1", 1)]
    site.pages["/1.vtt"] = there
    assert run([site.url("/feed")], local).published == 1
    assert value(local, "SELECT etag FROM raw.feeds") is not None
    assert value(local, "SELECT count(*) FROM core.sentences") == 3


def test_a_transcript_without_end_is_held_back_and_its_siblings_land(site: Site, local: Settings) -> None:
    sent: list[int] = []
    site.pages["/1.vtt"] = endless(2 << 30, sent)
    site.put("/feed", rss(item(2, transcript(site, 2)), item(1, site.url("/1.vtt"))))
    run([site.url("/feed")], local.model_copy(update={"max_document_bytes": 1 << 20}))
    assert select(local, "SELECT rule FROM quality.quarantine") == [("too-large",)]
    assert value(local, "SELECT count(*) FROM core.transcripts") == 1
    assert sum(sent) < 32 << 20


@pytest.mark.parametrize("odd", ["http://example..org/2.vtt", "http://[oops/2.vtt", "http://x:99999/2.vtt"])
@pytest.mark.parametrize("is_file", [False, True])
def test_an_address_that_cannot_be_asked_is_a_problem_of_its_item_alone(
    site: Site, local: Settings, tmp_path: Path, odd: str, *, is_file: bool
) -> None:
    feed = rss(item(3, transcript(site, 3)), item(2, odd), item(1, transcript(site, 1)))
    site.put("/feed", feed)
    (tmp_path / "feed.xml").write_text(feed)
    summary = run([str(tmp_path / "feed.xml") if is_file else site.url("/feed")], local)
    assert (summary.published, summary.failed_feeds) == (2, [])
    assert [number for _, _, number in landed(local)] == [1, 2, 3]


def test_a_transcript_whose_address_is_not_encoded_lands(site: Site, local: Settings) -> None:
    site.put("/%C3%A9pisode%20one.vtt", vtt("We bake bread"))
    site.put("/feed", rss(item(1, site.url("/épisode one.vtt"))))
    assert run([site.url("/feed")], local).published == 1
    assert run([site.url("/feed")], local).documents == 0


def test_an_address_that_cannot_be_asked_spoils_no_list_and_a_password_is_kept_nowhere(
    site: Site, local: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.put("/feed", rss(item(1, transcript(site, 1))))
    premium = "https://me:secret@premium.example/"
    addresses = (f"{premium}feed", "http://example..org/", site.url("/feed"))
    outlines = "".join(f'<outline xmlUrl="{address}"/>' for address in addresses)
    (tmp_path / "subs.opml").write_text(f"<opml><body>{outlines}</body></opml>")
    summary = run([str(tmp_path / "subs.opml"), f"{premium}other"], local)
    assert summary.published == 1
    failed = [feed["source"] for feed in summary.failed_feeds]
    assert failed == ["https://premium.example/feed", "http://example..org/", "https://premium.example/other"]
    told = capsys.readouterr()
    kept = select(local, "SELECT sources FROM quality.runs")
    assert "secret" not in f"{summary.as_dict()} {told.out} {told.err} {kept}"


def test_a_feed_that_a_list_names_twice_is_asked_once(site: Site, local: Settings, tmp_path: Path) -> None:
    site.put("/feed", rss(item(1)))
    (tmp_path / "subs.opml").write_text(
        f'<opml><outline xmlUrl="{site.url("/feed")}"/><outline xmlUrl="{site.url("/feed#top")}"/></opml>'
    )
    run([str(tmp_path / "subs.opml")], local)
    assert site.asked() == ["/feed"]


@pytest.mark.parametrize(
    ("failure", "is_transient"),
    [
        (status(404), False),
        (status(503, Retry_After="99999"), True),
        (redirect("/feed"), False),
        (redirect("file:///etc/passwd"), False),
        (status(200), False),
    ],
    ids=["gone", "down", "circle", "to a file", "empty"],
)
def test_a_failing_feed_is_a_problem_of_the_run_and_loses_nothing(
    site: Site, local: Settings, failure: Answer, *, is_transient: bool
) -> None:
    site.put("/other", rss(item(7, transcript(site, 7)), title="Other"))
    there = site.put("/feed", rss(item(1, transcript(site, 1))))
    run([site.url("/feed")], local)
    site.pages["/feed"] = failure
    summary = run([site.url("/feed"), site.url("/other")], local)
    ((failed),) = summary.failed_feeds
    assert (failed["source"], failed["is_transient"]) == (site.url("/feed"), is_transient)
    assert summary.published == 1
    assert value(local, "SELECT count(*) FROM raw.items WHERE withdrawn_at IS NOT NULL") == 0
    assert value(local, "SELECT error FROM raw.feeds WHERE title = 'Bread Talk'")
    site.pages["/feed"] = there
    run([site.url("/feed")], local)
    assert value(local, "SELECT count(*) FROM raw.feeds WHERE error IS NOT NULL") == 0


def test_a_feed_that_is_cut_withdraws_nothing_and_keeps_no_tag(site: Site, local: Settings) -> None:
    whole = rss(item(2, transcript(site, 2)), item(1, transcript(site, 1)))
    site.put("/feed", whole)
    run([site.url("/feed")], local)
    site.put("/feed", whole[: whole.index("<guid>tag:1")])
    run([site.url("/feed")], local)
    assert value(local, "SELECT count(*) FROM raw.items WHERE withdrawn_at IS NOT NULL") == 0
    # A cut that went unnoticed would have the tag of the whole: what it hides must not be skipped.
    assert value(local, "SELECT etag FROM raw.feeds") is None


def test_a_feed_of_several_pages_is_read_whole(site: Site, local: Settings) -> None:
    def page(number: int, head: str) -> None:
        site.put(f"/feed{number}", rss(item(number, transcript(site, number)), head=head))

    page(3, '<atom:link rel="next" href="/feed2"/>')
    page(2, f'<atom:link rel="prev-archive" href="{site.url("/feed1")}"/>')
    page(1, '<atom:link rel="next" href="/feed3"/>')
    run([site.url("/feed3")], local)
    assert [number for _, _, number in landed(local)] == [1, 2, 3]
    # A page that cannot be had: nothing is withdrawn, and the next run asks again.
    page(4, '<atom:link rel="next" href="/feed2"/>')
    site.pages["/feed3"], site.pages["/feed2"] = site.pages["/feed4"], status(404)
    summary = run([site.url("/feed3")], local)
    assert (len(summary.failed_feeds), summary.items) == (1, 1)
    assert value(local, "SELECT count(*) FROM raw.items WHERE withdrawn_at IS NOT NULL") == 0
    assert value(local, "SELECT etag FROM raw.feeds") is None


def test_a_feed_that_moves_is_asked_for_at_its_new_address(site: Site, local: Settings) -> None:
    site.put("/new", rss(item(1, transcript(site, 1))))
    site.pages["/old"] = redirect("/new", 301)
    run([site.url("/old")], local)
    site.asked()
    run([site.url("/old")], local)
    assert site.asked() == ["/new"]
    run([site.url("/new")], local)
    assert value(local, "SELECT count(*) FROM raw.feeds") == 1
    assert len(landed(local)) == 1


def test_a_batch_that_does_not_land_leaves_no_tag(site: Site, local: Settings) -> None:
    site.put("/feed", rss(*(item(n, transcript(site, n)) for n in (3, 2, 1))))
    small = local.model_copy(update={"batch_bytes": 200})
    n_batches = iter(range(10))

    def fail_at_the_last() -> None:
        if next(n_batches) == 2:
            raise ConnectionError

    with pytest.raises(ConnectionError):
        run([site.url("/feed")], small, fail_at_the_last)
    assert value(local, "SELECT count(*) FROM raw.documents") == 2
    assert value(local, "SELECT count(*) FROM raw.feeds") == 0
    run([site.url("/feed")], small)
    assert [number for _, _, number in landed(local)] == [1, 2, 3]
    assert value(local, "SELECT count(*) FROM raw.documents") == 3


def test_feeds_without_transcripts_land_before_the_last_one_is_read(
    site: Site, local: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.batch.MAX_FEED_ROWS", 4)  # two feeds with an item
    feeds = [f"/feed{n}" for n in range(5)]
    for n, path in enumerate(feeds):
        site.put(path, rss(item(n), title=f"Bread Talk {n}"))
    n_batches = iter(range(10))

    def fail_at_the_last() -> None:
        if next(n_batches) == 2:
            raise ConnectionError

    with pytest.raises(ConnectionError):
        run([site.url(path) for path in feeds], local, fail_at_the_last)
    assert value(local, "SELECT count(*) FROM raw.feeds WHERE etag IS NOT NULL") == 4
    assert run([site.url(path) for path in feeds], local).items == 1
    assert value(local, "SELECT count(*) FROM raw.items") == 5


def test_feed_files_and_lists_among_files_are_told_by_content(
    site: Site, local: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "archive" / "Bread Talk"
    folder.mkdir(parents=True)
    (folder / "backup.dat").write_text(rss(item(1, transcript(site, 1))))
    site.put("/feed", rss(item(2, transcript(site, 2)), title="Other"))
    (folder / "subscriptions.txt").write_text(
        f'<opml><body><outline xmlUrl="{site.url("/feed")}"/></body></opml>'
    )
    (folder / "talk.vtt").write_text(vtt("A file of its own"))
    assert run([str(folder)], local).published == 3
    assert {number for _, _, number in landed(local)} == {1, 2, None}
    assert run([str(folder)], local).documents == 0
    assert select(local, "SELECT title FROM core.podcasts ORDER BY 1") == [("Bread Talk",), ("Other",)]
