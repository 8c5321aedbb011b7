"""A feed's chapters are the segments of a transcript that has none of its own."""

from __future__ import annotations

import json

import pytest

from tasks.feeds.rows import chapters_in
from tests.feed_server import Site, status
from tests.flows.lakes import select, value
from tests.tasks.feeds.runs import item, rss, run, transcript, vtt
from warehouse.settings import Settings

SEGMENTS = "SELECT title, start_s, end_s, method FROM core.segments ORDER BY transcript_id, segment"
PSC = (
    '<psc:chapters version="1.2"><psc:chapter start="0" title="Flour"/>'
    '<psc:chapter start="00:00:03.000" title="Water"/></psc:chapters>'
)


def test_chapters_in_the_feed_become_segments(site: Site, local: Settings) -> None:
    site.put("/feed", rss(item(1, transcript(site, 1), extra=PSC)))
    run([site.url("/feed")], local)
    assert select(local, SEGMENTS) == [("Flour", 0.0, 3.0, "psc/1"), ("Water", 3.0, 9.0, "psc/1")]
    words = """
        SELECT substring(documents.text, start_char + 1, end_char - start_char)
        FROM core.segments JOIN raw.documents ON document_id = transcript_id WHERE segments.title = 'Flour'
    """
    assert value(local, words) == "We bake bread."


def test_chapters_that_the_feed_points_at_are_fetched_once(site: Site, local: Settings) -> None:
    chapters = [{"startTime": 0, "title": "Start"}, {"startTime": 4, "title": "Hidden", "toc": False}]
    site.put("/chapters.json", json.dumps({"version": "1.2.0", "chapters": chapters}))
    link = f'<podcast:chapters url="{site.url("/chapters.json")}" type="application/json+chapters"/>'
    site.put("/feed", rss(item(1, transcript(site, 1), extra=link)))
    run([site.url("/feed")], local)
    assert select(local, SEGMENTS) == [("Start", 0.0, 9.0, "podcast-chapters/1")]
    site.asked()
    site.put("/feed", rss(item(2, transcript(site, 2)), item(1, site.url("/1.vtt"), extra=link)))
    run([site.url("/feed")], local)
    assert site.asked() == ["/feed", "/2.vtt"]
    assert select(local, SEGMENTS) == [("Start", 0.0, 9.0, "podcast-chapters/1")]


def test_chapters_that_come_later_or_change_follow(site: Site, local: Settings) -> None:
    url = transcript(site, 1)
    site.put("/feed", rss(item(1, url)))
    run([site.url("/feed")], local)
    for title in ("Flour", "Rye"):
        site.put("/feed", rss(item(1, url, extra=PSC.replace("Flour", title))))
        run([site.url("/feed")], local)
        assert [row[0] for row in select(local, SEGMENTS)] == [title, "Water"]


def test_a_transcript_keeps_headings_of_its_own(site: Site, local: Settings) -> None:
    site.put("/1.md", "## Mine\n\n**Ada:** We bake bread.\n\n## Too\n\n**Bo:** It is warm.\n")
    site.put("/feed", rss(item(1, site.url("/1.md"), extra=PSC)))
    run([site.url("/feed")], local)
    assert [row[0] for row in select(local, SEGMENTS)] == ["Mine", "Too"]


def test_chapters_that_cannot_be_had_are_asked_for_again(site: Site, local: Settings) -> None:
    link = f'<podcast:chapters url="{site.url("/chapters.json")}" type="application/json+chapters"/>'
    site.pages["/chapters.json"] = status(404)
    site.put("/feed", rss(item(1, transcript(site, 1), extra=link)))
    assert run([site.url("/feed")], local).published == 1
    site.put("/chapters.json", '{"chapters": [{"startTime": 0, "title": "Start"}]}')
    run([site.url("/feed")], local)
    assert [row[0] for row in select(local, SEGMENTS)] == ["Start"]


def test_chapters_belong_to_the_current_transcript(site: Site, local: Settings) -> None:
    site.put("/named.vtt", vtt("We bake bread. It is warm", speaker="Ada"))
    site.put("/feed", rss(item(1, transcript(site, 1), site.url("/named.vtt"), extra=PSC)))
    run([site.url("/feed")], local)
    current = """
        SELECT DISTINCT is_current FROM core.segments JOIN core.transcripts USING (transcript_id)
        WHERE segments.method = 'psc/1'
    """
    assert select(local, current) == [(True,)]


@pytest.mark.parametrize("start", ['"nan"', '"inf"', "-1", '"noon"', "null", "1e999"])
def test_a_chapter_that_starts_at_no_time_is_no_chapter(start: str) -> None:
    with pytest.raises(ValueError, match=r"no chapters document|convert|infinity"):
        chapters_in(
            f'{{"chapters": [{{"startTime": 0}}, {{"startTime": {start}, "title": "Oven"}}]}}'.encode()
        )
