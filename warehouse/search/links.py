"""Where a sentence can be heard."""

from __future__ import annotations


def link(audio_url: str | None, url: str | None, start_s: float | None) -> str | None:
    """Return where a sentence can be heard: the audio at its second, else the episode's web page.

    Only web addresses are given: a feed may hold any text in their place.
    """
    heard, read = (
        one if one and one.startswith(("https://", "http://")) else None for one in (audio_url, url)
    )
    if heard and start_s is not None:
        return f"{heard.partition('#')[0]}#t={int(start_s)}"
    return heard or read
