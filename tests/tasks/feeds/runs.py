"""Runs over feeds without Prefect: discover, batch, transform, audit, publish, as the flow does."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Sequence

from expectations.rules import History
from flows.run import Summary, open_run
from tasks.audit import audit_batch
from tasks.batch import batches
from tasks.publish import publish
from tasks.stage import stage_batch
from tests.feed_server import Site
from warehouse.settings import Settings


def run(
    sources: Sequence[str], settings: Settings, before_publishing: Callable[[], None] = lambda: None
) -> Summary:
    """Ingest sources; ``before_publishing`` is called before each batch lands."""
    with open_run(list(sources), settings) as opened:
        for batch in batches(opened.discover(), settings.batch_bytes):
            staged = stage_batch(batch, opened.facts.run_id, opened.folder)
            audited = audit_batch(staged, opened.facts.run_id, History(0, 0, 0))
            before_publishing()
            opened.record(staged, publish(opened.lake, settings, opened.facts, audited))
        shutil.rmtree(opened.folder / "none", ignore_errors=True)
        return opened.finish()


def rss(*items: str, title: str = "Bread Talk", head: str = "") -> str:
    """Return a feed."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:atom="http://www.w3.org/2005/Atom" '
        'xmlns:podcast="https://podcastindex.org/namespace/1.0" xmlns:psc="http://podlove.org/simple-chapters">'
        f"<channel><title>{title}</title>{head}{''.join(items)}</channel></rss>"
    )


def item(
    number: int, *transcripts: str, date: str = "Thu, 02 Jan 2020 10:00:00 +0000", extra: str = ""
) -> str:
    """Return an item, by number, with the addresses of its transcripts."""
    links = "".join(f'<podcast:transcript url="{url}" type="text/vtt"/>' for url in transcripts)
    return (
        f"<item><guid>tag:{number}</guid><title>Loaf number {number}</title><pubDate>{date}</pubDate>"
        f'<enclosure url="https://cdn.example/{number}.mp3" type="audio/mpeg" length="1000"/>'
        f"<itunes:episode>{number}</itunes:episode><itunes:duration>60</itunes:duration>{links}{extra}</item>"
    )


def vtt(words: str, *, speaker: str = "") -> str:
    """Return a WebVTT transcript of one cue a sentence, three seconds each."""
    label = f"<v {speaker}>" if speaker else ""
    cues = [
        f"00:00:{3 * place:02d}.000 --> 00:00:{3 * place + 3:02d}.000\n{label}{sentence}.\n"
        for place, sentence in enumerate(words.split(". "))
    ]
    return "WEBVTT\n\n" + "\n".join(cues)


def transcript(site: Site, number: int, words: str = "We bake bread. It is warm. You like it") -> str:
    """Put the transcript of an item on the site, and return its address."""
    site.put(f"/{number}.vtt", vtt(f"{words}, number {number}"))
    return site.url(f"/{number}.vtt")


def run_until_killed(sources: Sequence[str], settings: Settings, n_batches: int) -> None:
    """Ingest sources, and die as by a kill when so many batches have landed and the next one is staged."""
    left = iter(range(n_batches))

    def die() -> None:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    run(sources, settings, die)
