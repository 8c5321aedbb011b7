"""Files and items of one podcast meet, whichever came first."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.feed_server import Site
from tests.flows.lakes import contents, differences, select
from tests.tasks.feeds.runs import item, rss, run, vtt
from warehouse.settings import Settings

TABLES = (
    "raw.items",
    "core.podcasts",
    "core.episodes",
    "core.transcripts",
    "core.turns",
    "core.sentences",
    "core.segments",
)
_TIMES = {"first_seen_at", "withdrawn_at"}

CHAPTERS = '<psc:chapters><psc:chapter start="0" title="Flour"/><psc:chapter start="00:00:06" title="Oven"/></psc:chapters>'
WORDS = "We bake bread. It is warm. You like it. We eat it"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files of which each rule ties one, and one that nothing ties."""
    folder = tmp_path / "bread-talk"
    folder.mkdir()
    for name in ("tag 1.vtt", "episode-002-what-a-loaf.vtt", "loaf-number-4.vtt", "notes of 5 and 6.vtt"):
        (folder / name).write_text(vtt(f"{WORDS}, {name}"))
    (folder / "three.md").write_text(f"---\ntitle: Loaf number 3\n---\n\n{WORDS}.\n")
    return folder


def feed(site: Site) -> str:
    site.put("/1.vtt", vtt(f"{WORDS}, from the feed", speaker="Ada"))
    bare = [item(n).replace(f"<itunes:episode>{n}<", "<itunes:episode>x<") for n in (3, 4)]
    site.put(
        "/feed", rss(item(1, site.url("/1.vtt"), extra=CHAPTERS), item(2, extra=CHAPTERS), *bare, item(9))
    )
    return site.url("/feed")


def test_files_and_items_are_one_episode_whichever_came_first(
    site: Site, local: Settings, folder: Path
) -> None:
    first = local.model_copy(update={"lake": local.lake.with_name("first")})
    shutil.copytree(local.lake, first.lake)
    address = feed(site)
    for sources in ([str(folder)], [address]):
        run(sources, first)
    matched = select(first, "SELECT guid, matched_by FROM raw.items ORDER BY guid")
    assert matched == [
        ("tag:1", "guid"),
        ("tag:2", "number"),
        ("tag:3", "title"),
        ("tag:4", "file name"),
        ("tag:9", None),
    ]
    episodes = select(first, "SELECT guid, title FROM core.episodes ORDER BY guid NULLS LAST")
    assert [guid for guid, _ in episodes] == ["tag:1", "tag:2", "tag:3", "tag:4", "tag:9", None]
    current = select(
        first,
        "SELECT guid, path FROM core.transcripts JOIN core.episodes USING (episode_id) "
        "JOIN raw.documents ON document_id = transcript_id WHERE is_current AND guid IN ('tag:1', 'tag:2') ORDER BY 1",
    )
    assert current == [("tag:1", "1.vtt"), ("tag:2", "episode-002-what-a-loaf.vtt")]
    segments = select(
        first,
        "SELECT guid, segment, start_s, segments.title, method FROM core.segments JOIN core.episodes USING (episode_id) ORDER BY 1, 2",
    )
    assert segments == [
        (guid, place, start_s, title, "psc/1")
        for guid in ("tag:1", "tag:2")
        for place, (start_s, title) in enumerate([(0.0, "Flour"), (6.0, "Oven")])
    ]
    for sources in ([address], [str(folder)]):
        run(sources, local)
    assert differences(contents(local, TABLES, _TIMES), contents(first, TABLES, _TIMES)) == {}
    # Neither finds anything new, and a file that changes is a revision of the same episode.
    assert run([str(folder), address], local).documents == 0
    (folder / "tag 1.vtt").write_text(vtt("Another text"))
    assert run([str(folder)], local).published == 1
    assert select(local, "SELECT count(*), max(revision) FROM raw.documents WHERE path = 'tag 1.vtt'") == [
        (2, 2)
    ]
    assert len(select(local, "FROM core.episodes")) == 6
