from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import pytest

from tasks.feeds.feed import Chapter, Link
from tasks.feeds.lists import addresses_in, kind_of
from tasks.feeds.parse import parse
from warehouse.errors import FetchError

ARCHIVES = Path(__file__).parents[4] / "shared" / "archives"
FEEDS = sorted([*ARCHIVES.rglob("*.xml"), *ARCHIVES.rglob("*.rss")]) if ARCHIVES.is_dir() else []

WHOLE = b"""<?xml version="1.0" encoding="UTF-8"?>
<!-- a comment -->
<rss version="2.0" xmlns:itunes="http://www.itunes.com/DTDs/Podcast-1.0.dtd"
 xmlns:podcast="https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md"
 xmlns:psc="http://podlove.org/simple-chapters/" xmlns:atom="http://www.w3.org/2005/Atom"
 xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel>
 <title>Bread &amp; Butter</title>
 <link>https://example.org/</link>
 <atom:link rel="self" href="https://example.org/feed"/>
 <atom:link rel="next" href="/feed?page=2"/>
 <podcast:guid>917393e3-1b1e-5cef-ace4-edaa54e1f810</podcast:guid>
 <itunes:new-feed-url>https://example.org/new</itunes:new-feed-url>
 <image><title>No podcast</title></image>
 <podcast:liveItem status="live"><title>Live</title><guid>live</guid></podcast:liveItem>
 <item>
  <title>12:  Sour
   dough</title>
  <guid isPermaLink="false">tag:12</guid>
  <pubDate>Fri, 09 Oct 2020 04:30:38 +0200</pubDate>
  <link>https://example.org/12</link>
  <enclosure url="https://cdn.example.org/12.mp3" type="audio/mpeg" length="43200000"/>
  <itunes:duration>1:02:03</itunes:duration><itunes:season>2</itunes:season><itunes:episode>12</itunes:episode>
  <podcast:transcript url="https://example.org/12.srt" type="application/srt" rel="captions"/>
  <podcast:transcript url="/12.vtt" type="text/vtt" language="en"/>
  <podcast:transcript url="https://example.org/12.json" type="application/json"/>
  <podcast:transcript url="https://example.org/12.srt"/>
  <podcast:person role="host">Ada Crumb</podcast:person><podcast:person>Bo Loaf</podcast:person>
  <psc:chapters version="1.2"><psc:chapter start="00:01:00.500" title="Flour"/><psc:chapter start="0" title="Start"/>
  </psc:chapters>
  <podcast:chapters url="https://example.org/12-chapters.json" type="application/json+chapters"/>
  <content:encoded><![CDATA[<p>A <item>fake</item></p>]]></content:encoded>
 </item>
</channel></rss>
"""


def test_all_that_an_item_says_is_read() -> None:
    feed = parse(WHOLE, "https://example.org/feed")
    assert (feed.title, feed.is_whole) == ("Bread & Butter", True)
    assert feed.guid == "917393e3-1b1e-5cef-ace4-edaa54e1f810"
    assert feed.new_url == "https://example.org/new"
    assert feed.next_url == "https://example.org/feed?page=2"
    (item,) = feed.items
    assert (item.guid, item.title, item.season, item.number) == ("tag:12", "12: Sour dough", 2, 12)
    assert str(item.published_at) == "2020-10-09 02:30:38+00:00"
    assert item.duration_s == 3723
    assert item.persons == ("Ada Crumb", "Bo Loaf")
    assert (item.link, item.audio_url) == ("https://example.org/12", "https://cdn.example.org/12.mp3")
    assert (item.audio_type, item.audio_bytes) == ("audio/mpeg", 43_200_000)
    assert item.transcripts == (
        Link("https://example.org/12.srt", "application/srt", "", "captions"),
        Link("https://example.org/12.vtt", "text/vtt", "en"),
        Link("https://example.org/12.json", "application/json"),
    )
    assert item.chapters == (Chapter(0.0, "Start"), Chapter(60.5, "Flour"))
    assert item.chapters_url == "https://example.org/12-chapters.json"


def test_a_feed_that_is_cut_gives_what_is_there_and_says_so() -> None:
    feed = parse(WHOLE[: WHOLE.index(b"<psc:chapters ")], "https://example.org/feed")
    assert feed.title == "Bread & Butter"
    assert not feed.is_whole


def test_broken_xml_is_read_all_the_same() -> None:
    feed = parse(
        b"<rss><channel><title>A &nbsp;B & C</title><item><guid>1</guid><title>One</title><description>a <b>c</description></item>"
        b"<item><guid>2</guid><itunes:duration>70</itunes:duration></item></channel></rss>"
    )
    assert {item.guid: item.duration_s for item in feed.items} == {"1": None, "2": 70.0}


def test_atom_is_read() -> None:
    feed = parse(
        b'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><id>a</id><title>E</title>'
        b'<published>2020-01-02T03:04:05Z</published><link href="https://e.org/a"/>'
        b'<link rel="enclosure" href="https://e.org/a.mp3"/></entry></feed>'
    )
    (item,) = feed.items
    assert (item.guid, item.title, item.link, item.audio_url) == (
        "a",
        "E",
        "https://e.org/a",
        "https://e.org/a.mp3",
    )
    assert item.published_at


def test_entities_read_no_file_and_do_not_blow_up(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    outer = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}">]><rss><channel><title>&x;</title></channel></rss>'
    assert "secret" not in (parse(outer.encode()).title or "").replace("&x;", "")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE rss [<!ENTITY l0 "ha">{laughs}]><rss><channel><title>&l11;</title></channel></rss>'
    with suppress(FetchError):  # it may be refused, as long as it does not explode
        assert len(parse(bomb.encode()).title or "") < 1000


@pytest.mark.parametrize("data", [b"", b"<html><body>Not found</body></html>", b"WEBVTT", b"{}", b"\0\1\2"])
def test_what_is_no_feed_is_refused(data: bytes) -> None:
    with pytest.raises(FetchError, match="no feed"):
        parse(data)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (WHOLE, "feed"),
        (b"\xef\xbb\xbf<rss>", "feed"),
        (b'<?xml version="1.0"?><opml version="2.0">', "list"),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'>", "feed"),
        (b"<html><rss>", None),
        (b"WEBVTT", None),
        (b"<tt xmlns='http://www.w3.org/ns/ttml'>", None),
    ],
)
def test_feeds_and_lists_are_told_by_content(head: bytes, kind: str | None) -> None:
    assert kind_of(head) == kind


_COMMENTS = b"<!-- bread -->\n" * 4_000
_INSTRUCTIONS = b"<?bread ?>\n" * 4_000


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (_COMMENTS + b"Hello and welcome", None),
        (_INSTRUCTIONS + b"Hello and welcome", None),
        (b"<!DOCTYPE " + b" " * 60_000, None),
        (b"<!DOCTYPE rss [" + b"] " * 30_000, None),
        (b"<!-- a comment that nobody ends " * 2_000, None),
        (_COMMENTS + b"<rss>", "feed"),
        (b"<?xml version='1.0'?>\n" + _INSTRUCTIONS + b"<!-- -- > --><feed >", "feed"),
        (b"<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY a 'x]y'> ] >\n<!-- b --><rss >", "feed"),
        (b"<!DOCTYPE opml SYSTEM 'opml.dtd'><opml >", "list"),
    ],
    ids=range(9),
)
def test_the_longest_prologue_is_read_once(head: bytes, kind: str | None) -> None:
    # Where a prologue can be cut into its parts in many ways, this never ends.
    assert kind_of(head) == kind


@pytest.mark.parametrize(("tail", "is_whole"), [(b"", True), (b"and more", False)])
def test_comments_behind_a_feed_are_read_once(tail: bytes, *, is_whole: bool) -> None:
    assert parse(b"<rss><channel/></rss>" + b"<!-- x -->\n" * 300 + tail).is_whole == is_whole


def test_a_list_gives_the_address_of_each_feed_once_as_it_stands_there() -> None:
    data = b"""<opml version="2.0"><body><outline text="Group">
      <outline type="rss" xmlUrl="https://a.example/feed"/><outline xmlUrl=" https://a.example/feed "/>
      <outline xmlUrl="file:///etc/passwd"/></outline><outline xmlUrl="HTTPS://b..example/"/></body></opml>"""
    assert addresses_in(data, "x") == ["https://a.example/feed", "HTTPS://b..example/"]
    with pytest.raises(FetchError, match="no feed"):
        addresses_in(b"<opml><body/></opml>", "x")


@pytest.mark.skipif(not FEEDS, reason="the real archives are not beside the checkout")
@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.name)
def test_the_feeds_of_the_archives_parse_whole(path: Path) -> None:
    """Counted against the raw text by regular expressions, which share no code with the parser."""
    data = path.read_bytes()
    text = re.sub(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>", "", data.decode("utf-8", "replace"), flags=re.DOTALL)
    bodies = re.findall(r"<(?:item|entry)[\s>].*?</(?:item|entry)>", text, re.DOTALL)
    feed = parse(data, "https://base.example/")
    told = [body for body in bodies if re.search(r"<(?:guid|id|link|title)[\s>]|<enclosure\s[^>]*url=", body)]
    assert len(feed.items) == len(told)
    for item, body in zip(feed.items, told, strict=True):
        links = re.findall(r'<podcast:transcript\b[^>]*?\burl="([^"]+)"', body)
        assert len(item.transcripts) == len(set(links))
        assert len(item.chapters) == len(re.findall(r"<psc:chapter\s[^>]*\bstart=", body))
        assert bool(item.chapters_url) == bool(re.search(r"<podcast:chapters\s[^>]*\burl=", body))
        assert len(item.persons) == len(set(re.findall(r"<podcast:person\b[^>]*>([^<]+)<", body)))
