"""Search in what is said: sentences with the words, or passages about a text, and the recording from there."""

from __future__ import annotations

from dataclasses import asdict

from markupsafe import Markup, escape

from warehouse.dashboard.asked import Asked, neighbours
from warehouse.dashboard.page import Choice, Column, Form, Hits, Link, Note, Page, Section
from warehouse.dashboard.pages.podcasts import page_of, web
from warehouse.dashboard.reader import Look
from warehouse.errors import LakeError, NotFoundError, QueryError, SettingsError
from warehouse.search import Alike, Found, Hit, Passage, Query
from warehouse.search.records import DEEPEST

_HITS = 20
_YEAR_DIGITS = 4


def search(look: Look, asked: Asked) -> Page:
    """Search for the words, or for passages about the text, that was typed."""
    if asked.finder is None:
        raise NotFoundError("there is no search here", remedy="Start podlake dashboard serve.")
    words, text = (asked.params.get(name, "").strip() for name in ("q", "about"))
    podcasts = sorted(row["title"] for row in look.rows("podcasts", podcast_id=None))
    sections: list[Section] = [_form(asked, words, text, podcasts)]
    # That a lake has no vectors yet is an answer; that its index cannot be read is none.
    refusals = (QueryError,) if words else (LakeError, QueryError, SettingsError)
    try:
        if words:
            sections += _answer(asked.finder.search(_query(asked, words)), asked)
        elif text:
            sections += _passages(asked.finder.alike(text, _HITS))
    except refusals as error:
        sections.append(Note(str(error), "errored"))
    lead = (
        'All words in one sentence, in any form; "in quotation marks" as they stand; -word leaves out; speaker:, episode: and year: limit. '
        "Or, without words, passages about a text that may say it otherwise."
    )
    return Page("Search", sections, lead)


def _form(asked: Asked, words: str, text: str, podcasts: list[str]) -> Form:
    return Form(
        "/search",
        "Search",
        [
            Choice("q", "Words", words),
            Choice("podcast", "Podcast", asked.params.get("podcast", ""), podcasts),
            Choice("speaker", "Speaker", asked.params.get("speaker", "")),
            Choice("year", "Year", asked.params.get("year", "")),
            Choice("fuzzy", "Allow a wrong letter", asked.params.get("fuzzy", ""), ["yes"]),
            Choice("about", "Or about", text),
        ],
    )


def _query(asked: Asked, words: str) -> Query:
    year = asked.chosen("year")
    if year is not None and not (year.isascii() and year.isdigit() and len(year) == _YEAR_DIGITS):
        raise QueryError(f"{year!r} is no year", remedy="Give four digits, or leave it empty.")
    return Query(
        words,
        podcast=asked.chosen("podcast"),
        speaker=asked.chosen("speaker"),
        year=int(year) if year else None,
        fuzzy=asked.chosen("fuzzy") == "yes",
        limit=_HITS,
        offset=min(asked.offset, DEEPEST),
    )


def _answer(found: Found | None, asked: Asked) -> list[Section]:
    if found is None:
        return [
            Note(
                "The search index is being made; that takes half a minute a million sentences. Ask again soon.",
                "running",
            )
        ]
    notes: list[Section] = []
    if found.is_behind:
        notes.append(
            Note(f"The index is of snapshot {found.snapshot_id} and is being brought up to date.", "running")
        )
    if found.is_relaxed:
        notes.append(Note("No sentence has all of the words; these have some.", "warned"))
    reachable = min(found.total, DEEPEST)
    hits = Hits(
        "hits",
        f"{found.total:,} sentence{'' if found.total == 1 else 's'}",
        [Column("text", "Sentence")],
        [_row(hit) for hit in found.hits],
        empty="No sentence has them. Fewer words, or allowing a wrong letter, may find more.",
        total=found.total,
        pages=neighbours("/search", asked, reachable, _HITS),
    )
    return [*notes, hits]


def _passages(alike: Alike) -> list[Section]:
    notes: list[Section] = []
    if alike.n_missing:
        said = f"{alike.n_missing:,} transcripts were not looked at: podlake search --vectors makes what is compared."
        notes.append(Note(said, "warned"))
    hits = Hits(
        "hits",
        "Passages most like it",
        [Column("text", "Passage")],
        [_passage_row(passage) for passage in alike.passages],
        empty="The lake has no passages.",
    )
    return [*notes, hits]


def _row(hit: Hit) -> dict[str, object]:
    return {**asdict(hit), "link": web(hit.link), "marked": _marked(hit), "place": _place(hit, hit.sentence)}


def _passage_row(passage: Passage) -> dict[str, object]:
    place = _place(passage, passage.start_sentence)
    shown = {"speaker": None, "link": web(passage.link), "marked": passage.text, "place": place}
    return {**asdict(passage), **shown}


def _place(found: Hit | Passage, sentence: int) -> Link:
    offset = page_of(sentence)
    params = {"transcript": found.transcript_id} | ({"offset": str(offset)} if offset else {})
    return Link(f"/episodes/{found.episode_id}", params, f"s{sentence}")


def _marked(hit: Hit) -> Markup:
    """Return the sentence with what was looked for marked."""
    parts, end = [], 0
    for start, stop in hit.highlights:
        parts += [escape(hit.text[end:start]), Markup("<mark>{}</mark>").format(hit.text[start:stop])]
        end = stop
    return Markup("").join([*parts, escape(hit.text[end:])])
