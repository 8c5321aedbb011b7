"""What a document says about itself: the YAML block on top of Markdown, and the language in captions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import yaml

_BLOCK = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_KEY = re.compile(r"^([^\s:#-][^:\n]{0,59}):(?=\s|$)", re.MULTILINE)
_LONGEST_BLOCK = 256 * 1024
_DEEPEST = 20
_MILLISECONDS = re.compile(r"\d{12,13}")
_FIRST_YEAR, _LAST_YEAR = 1, 9999
"""Dates in the first and last year that a datetime holds may leave it when they are brought to UTC."""
_SECONDS = re.compile(r"\d{1,7}(?:\.\d+)?")
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})")

_TITLE = ("title", "episode_title", "name")
_PUBLISHED = (
    "date",
    "published_at",
    "publish_date",
    "publishdate",
    "pub_date",
    "pubdate",
    "published",
    "created_at",
)
_PERSONS = ("guests", "guest", "speakers", "speaker", "hosts", "host", "persons")
_DURATION = ("duration_s", "duration_seconds", "duration")
_URL = ("url", "link", "permalink_url", "youtube_url", "media")
_NOTHING = (None, "", "null", "~")
_LANGUAGE = ("language", "lang")
_TRANSCRIPT = "transcript"
_UNREAD = """
    aliases author categories description draft episode guid id image keywords layout number season slug summary tags
"""
_KNOWN = frozenset(
    (*_TITLE, *_PUBLISHED, *_PERSONS, *_DURATION, *_URL, *_LANGUAGE, _TRANSCRIPT, *_UNREAD.split())
)
"""Keys that tell metadata from speech between two rules, whether or not podlake reads them."""


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The metadata of a document; every field may be missing."""

    body_char: int = 0
    title: str | None = None
    published_at: datetime | None = None
    duration_s: float | None = None
    persons: tuple[str, ...] = ()
    url: str | None = None
    language: str | None = None
    issues: tuple[str, ...] = ()
    holds_transcript: bool = False


def read_front_matter(text: str) -> FrontMatter:
    """Read the YAML block on top of a document; metadata that is no YAML is reported in ``issues``."""
    block = _BLOCK.match(text, 0, _LONGEST_BLOCK)
    if block is None or not _is_metadata(block[1]):
        return FrontMatter()
    try:
        found = _plain(block[1])
    except yaml.YAMLError:
        return FrontMatter(body_char=block.end(), issues=("front-matter:1",))
    if not isinstance(found, dict):
        return FrontMatter(body_char=block.end())
    fields = {_spelled(key): value for key, value in found.items()}
    return FrontMatter(
        body_char=block.end(),
        title=_text(_first(fields, _TITLE)),
        published_at=_moment(_first(fields, _PUBLISHED)),
        duration_s=_duration(_first(fields, _DURATION)),
        persons=tuple(dict.fromkeys(_names(fields.get(key) for key in _PERSONS))),
        url=_text(_first(fields, _URL)),
        language=_text(_first(fields, _LANGUAGE)),
        holds_transcript=isinstance(fields.get(_TRANSCRIPT), list),
    )


def _is_metadata(block: str) -> bool:
    """Say whether a block names a known key, and none twice: the labels of a talk look like keys, but come again."""
    keys = [_spelled(key.strip("\"' ")) for key in _KEY.findall(block)]
    return not _KNOWN.isdisjoint(keys) and len(keys) == len(set(keys))


def _spelled(key: str) -> str:
    return key.lower().replace("-", "_")


def _plain(block: str) -> object:
    """Build text, lists and mappings from the events of YAML.

    The library's own loaders crash the process on deep nesting and expand aliases beyond any memory.
    """
    open_nodes: list[list[object]] = [[]]
    for event in yaml.parse(block, Loader=yaml.CBaseLoader):
        if isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        if isinstance(event, yaml.ScalarEvent):
            open_nodes[-1].append(event.value)
        elif isinstance(event, yaml.CollectionStartEvent):
            open_nodes.append([])
        elif isinstance(event, yaml.CollectionEndEvent):
            node = open_nodes.pop()
            is_mapping = isinstance(event, yaml.MappingEndEvent)
            open_nodes[-1].append(_mapping(node) if is_mapping else node)
        if len(open_nodes) > _DEEPEST:
            raise yaml.YAMLError("nested too deeply to be metadata")
    return next(iter(open_nodes[0]), None)


def _mapping(node: list[object]) -> dict[str, object]:
    """Pair keys with values; keys that are not text are left out."""
    return {key: value for key, value in zip(node[::2], node[1::2], strict=True) if isinstance(key, str)}


def _first(fields: dict[str, object], keys: tuple[str, ...]) -> object:
    return next((fields[key] for key in keys if fields.get(key) not in _NOTHING), None)


def _text(value: object) -> str | None:
    return " ".join(value.split()) or None if isinstance(value, str) else None


def _moment(value: object) -> datetime | None:
    """Read a date, or milliseconds since 1970; what names no zone is UTC."""
    text = _text(value)
    if text is None:
        return None
    found = datetime.fromtimestamp(int(text) / 1000, UTC) if _MILLISECONDS.fullmatch(text) else _parsed(text)
    if found is None or not _FIRST_YEAR < found.year < _LAST_YEAR:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _parsed(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    plain = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", text)
    for pattern in ("%B %d, %Y", "%d %B %Y", "%b %d, %Y", "%Y/%m/%d"):
        try:
            return datetime.strptime(plain, pattern).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def _duration(value: object) -> float | None:
    """Read seconds, or ``1:02:03``."""
    text = _text(value) or ""
    if clock := _CLOCK.fullmatch(text):
        return float(clock[1] or 0) * 3600 + float(clock[2]) * 60 + float(clock[3])
    return float(text) if _SECONDS.fullmatch(text) else None


def _names(values: Iterable[object]) -> Iterable[str]:
    """Yield the names in text, lists of text and lists of ``{name: ...}``."""
    for value in values:
        if isinstance(value, str) and value.strip() not in _NOTHING:
            yield " ".join(value.split())
        elif isinstance(value, list):
            yield from _names(value)
        elif isinstance(value, dict):
            yield from _names([value.get("name")])
