"""Podcasts, their episodes, and what is said in one."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, urlsplit

from warehouse.dashboard.asked import PAGE_ROWS, Asked, neighbours
from warehouse.dashboard.page import (
    Column,
    Fact,
    Facts,
    Link,
    Note,
    Page,
    Row,
    Section,
    Sentence,
    Table,
    Transcript,
    Turn,
)
from warehouse.dashboard.reader import Look, Records
from warehouse.errors import NotFoundError

_SENTENCES = 2_000
"""Sentences on one page: some three hours of talk."""
_MODEL = "boundary/"


def podcast_list(look: Look, _asked: Asked) -> Page:
    """List the podcasts."""
    found = look.rows("podcasts", podcast_id=None)
    return Page(
        "Podcasts",
        [
            Table(
                "podcasts",
                "Podcasts",
                [
                    Column("title", "Podcast", to=lambda row: Link(f"/podcasts/{row['podcast_id']}")),
                    Column("n_episodes", "Episodes", "count"),
                    Column("n_transcribed", "Transcribed", "count"),
                    Column("n_words", "Words", "count"),
                    Column("timed_share", "Timed", "share"),
                    Column("labelled_share", "With speakers", "share"),
                    Column("punctuated_share", "Punctuated", "share"),
                    Column("first_at", "From", "moment"),
                    Column("last_at", "To", "moment"),
                ],
                found,
                empty="No podcast yet: podlake ingest brings them.",
            )
        ],
    )


def podcast(look: Look, asked: Asked) -> Page:
    """List the episodes of a podcast."""
    podcast_id = asked.path["podcast_id"]
    found = look.row("podcasts", podcast_id=podcast_id)
    if found is None:
        raise NotFoundError(f"there is no podcast {podcast_id!r}", remedy="Look at the list of podcasts.")
    episodes = look.rows("episodes", podcast_id=podcast_id, limit=asked.most(PAGE_ROWS), offset=asked.offset)
    total = episodes[0]["n_rows"] if episodes else 0
    facts = Facts(
        "What is there",
        [
            Fact("Episodes", found["n_episodes"], "count"),
            Fact("Transcribed", found["n_transcribed"], "count"),
            Fact("Words", found["n_words"], "count"),
            Fact("Timed", found["timed_share"], "share"),
            Fact("With speakers", found["labelled_share"], "share"),
            Fact("Punctuated", found["punctuated_share"], "share"),
        ],
    )
    table = Table(
        "episodes",
        "Episodes",
        [
            Column("title", "Episode", to=lambda row: Link(f"/episodes/{row['episode_id']}")),
            Column("published_at", "Published", "moment"),
            Column("duration_s", "Length", "clock"),
            Column("n_words", "Words", "count"),
            Column("n_turns", "Turns", "count"),
            Column("format", "Format"),
            Column("language", "Language"),
            Column("is_punctuated", "Punctuated", "flag"),
            Column("has_speakers", "With speakers", "flag"),
            Column("has_times", "Timed", "flag"),
        ],
        episodes,
        total=total,
        pages=neighbours(f"/podcasts/{podcast_id}", asked, total),
    )
    return Page(found["title"], [facts, table], trail={"Podcasts": Link("/podcasts")})


def episode(look: Look, asked: Asked) -> Page:
    """Show what is said in an episode."""
    episode_id = asked.path["episode_id"]
    found = look.row("episode", episode_id=episode_id)
    if found is None:
        raise NotFoundError(f"there is no episode {episode_id!r}", remedy="Look for it under its podcast.")
    transcripts = look.rows("transcripts", episode_id=episode_id)
    audio = web(found["audio_url"])
    sections: list[Section] = [_figures(found), _transcripts(transcripts)]
    if transcripts:
        wanted = asked.chosen("transcript")
        shown = next((row for row in transcripts if row["transcript_id"] == wanted), transcripts[0])
        sections.append(_spoken(look, asked, shown, audio))
    else:
        sections.append(Note("It has no transcript.", "skipped"))
    links = {"Audio": audio, "Web page": web(found["url"])}
    trail = {"Podcasts": Link("/podcasts"), found["podcast"]: Link(f"/podcasts/{found['podcast_id']}")}
    external = {text: address for text, address in links.items() if address}
    return Page(found["title"], sections, trail=trail, external=external)


def web(address: object) -> str | None:
    """Return an address that a browser may be led to: http and https only, since a feed may say anything."""
    try:
        parts = urlsplit(str(address or ""))
    except ValueError:
        return None
    return str(address) if parts.scheme in {"http", "https"} and parts.netloc else None


def at(audio: str | None, seconds: float | None) -> str | None:
    """Return an address of the recording from a time on (Media Fragments)."""
    if audio is None or seconds is None:
        return audio
    return f"{audio.partition('#')[0]}#t={quote(f'{seconds:.1f}')}"


def _figures(found: Row) -> Facts:
    number = f"season {found['season']}, " if found["season"] else ""
    return Facts(
        "The episode",
        [
            Fact("Published", found["published_at"], "moment"),
            Fact("Length", found["duration_s"], "clock"),
            Fact("Number", f"{number}{found['number']}" if found["number"] else None),
            Fact("Persons", found["persons"]),
        ],
    )


def _transcripts(found: Records) -> Table:
    return Table(
        "transcripts",
        "Transcripts",
        [
            Column("path", "File", to=_transcript_link),
            Column("is_current", "Current", "flag"),
            Column("format", "Format"),
            Column("language", "Language"),
            Column("n_words", "Words", "count"),
            Column("n_sentences", "Sentences", "count"),
            Column("n_turns", "Turns", "count"),
            Column("method", "Sentence ends by", "code"),
            Column("model", "Restored by", "code"),
        ],
        found,
        empty="None.",
    )


def _transcript_link(row: Row) -> Link:
    params = {} if row["is_current"] else {"transcript": row["transcript_id"]}
    return Link(f"/episodes/{row['episode_id']}", params)


def _spoken(look: Look, asked: Asked, transcript: Row, audio: str | None) -> Transcript:
    limit, total = asked.most(_SENTENCES), transcript["n_sentences"]
    rows = look.rows("spoken", transcript_id=transcript["transcript_id"], limit=limit, offset=asked.offset)
    said = []
    if transcript["model"]:
        said.append(
            f"Sentence ends, case and marks that {transcript['model']} restored have the probability of the end behind them; "
            "underlined where it is below 0.7. A speaker marked ≈ was found by it."
        )
    if not transcript["has_times"]:
        said.append("Times are estimates.")
    if len(rows) < total:
        said.append(f"Sentences {asked.offset + 1:,} to {asked.offset + len(rows):,} of {total:,}.")
    pages = neighbours(f"/episodes/{transcript['episode_id']}", asked, total, _SENTENCES)
    return Transcript("What is said", [_turn(block, audio) for block in _blocks(rows)], " ".join(said), pages)


def page_of(sentence: int) -> int:
    """Return the sentences before the page on which a sentence stands."""
    return sentence // _SENTENCES * _SENTENCES


def _blocks(rows: Records) -> Iterator[Records]:
    """Cut sentences where another turn or another segment starts."""
    block: Records = []
    for row in rows:
        if block and (row["headings"] or row["turn"] != block[-1]["turn"]):
            yield block
            block = []
        block.append(row)
    if block:
        yield block


def _turn(rows: Records, audio: str | None) -> Turn:
    first = rows[0]
    start_s = first["start_s"] if first["start_s"] is not None else first["turn_start_s"]
    return Turn(
        speaker=first["speaker"],
        is_restored=str(first["turn_method"]).startswith(_MODEL),
        start_s=start_s,
        error_s=first["error_s"],
        sentences=[_sentence(row) for row in rows],
        headings=first["headings"] or (),
        audio=at(audio, start_s) if audio else None,
    )


def _sentence(row: Row) -> Sentence:
    is_restored = str(row["method"]).startswith(_MODEL)
    return Sentence(row["sentence"], row["text"], row["p_end"] if is_restored else None)
