"""Tell a document's format by its content; a name's extension only settles what content leaves open."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from tasks.parse.segments_json import dialect_of, load
from tasks.parse.speakers import DIALECTS, LEADING_TIME, PLAIN

CAPTIONS = ("webvtt", "srt")
PROSE = ("text", "timed-text", "markdown")
JSON = ("whisper-json", "podcast-json")

_SAMPLE_CHARS = 12_000
_JUDGED_WORDS = 500
_TIMING = re.compile(r"^[ \t]*(?:\d+:)?\d+:\d+([.,])\d+\s*-->\s*(?:\d+:)?\d+:\d+[.,]\d+", re.MULTILINE)
_SIGNS = (
    (
        "html",
        re.compile(r"<!doctype html|<html|<head|<body|<cite|<div|<p[ >]", re.IGNORECASE),
        "an HTML page",
    ),
    (
        "rss",
        re.compile(r"(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*<(?:rss|feed)\b", re.DOTALL),
        "a feed",
    ),
    ("xml", re.compile(r"<\?xml|<[a-zA-Z][\w:-]*(?:\s[^<>]*)?>\s*<"), "XML"),
    ("ass", re.compile(r"\[Script Info\]"), "Advanced SubStation Alpha subtitles"),
    ("rev-nlp", re.compile(r"token\|speaker\|ts"), "a Rev .nlp token table"),
    ("whisper-tsv", re.compile(r"start\tend\ttext"), "a Whisper TSV"),
    ("rttm", re.compile(r"SPEAKER \S+ \d+ [\d.]+ [\d.]+ "), "an RTTM speaker table, which holds no words"),
)
_LIST_OR_LINK = re.compile(
    r"^\s*(?:[-*+] |\d+[.)] |#|\||<|!?\[[^\]]*\]\(|https?://)|\]\(https?:|https?://\S{1,500}$"
)
_JSON_START = re.compile(r'\{\s*["}]|(?:\[\s*){1,2}(?:[{"]|-?\d[\d.]*\s*,)|(?:\[\s*){9}')
_JSON_KEY = re.compile(r'"\w+"\s*:')
_LINK = re.compile(r"\]\((?:https?:|/)|https?://")
_LABELS = tuple(re.compile(dialect) for dialect in DIALECTS)
_PLAIN_LABEL = re.compile(PLAIN)
_LEADING_TIME = re.compile(LEADING_TIME)
_WORD = re.compile(r"\W*[^\W\d_]+(?:['\u2019.-][^\W\d_]+)*\W*")
_MARKS = ("Mn", "Mc", "Me", "Cf")
_INK = re.compile(r"[^\s\0\ufeff]")
_MARKDOWN_NAMES = (".md", ".mdx", ".markdown")
_HEAD_CHARS = 200
"""Labels and times stand within so many characters of a line."""
_FEWEST_WORDS = 3
_FEWEST_LABELS = 2
_FEWEST_SIGNS = 3
_MOST_LISTED = 0.5
_MOST_LINKS = 0.02
"""Links a word above which text is notes on a show, not its words: transcripts hold next to none."""
_LEAST_WORDLIKE = 0.6
_MOST_KEYS = 0.05


@dataclass(frozen=True, slots=True)
class Sniffed:
    """A format, or the reason why there is none to parse."""

    format: str
    problem: tuple[str, str] | None = None


def sniff(text: str, name: str, body_char: int) -> Sniffed:
    """Tell the format of a document.

    Args:
        text: The decoded document.
        name: Its file name.
        body_char: Where its front matter ends.
    """
    if "\n" not in text:
        text = text.replace("\r", "\n")
    head = text[:_SAMPLE_CHARS].lstrip("\ufeff \t\r\n\0")
    if re.match(r"WEBVTT(?:[ \t\r\n]|$)", head):
        return (
            Sniffed("webvtt") if "-->" in text else _refused("webvtt", "empty", "a WebVTT file without cues")
        )
    if head[:1] in ("{", "["):
        found = _sniff_json(text, head, name)
        if found is not None:
            return found
    if timing := _TIMING.search(text, 0, _SAMPLE_CHARS):
        return Sniffed(
            "webvtt" if timing[1] == "." and not re.match(r"\d+\s*$", head.split("\n", 1)[0]) else "srt"
        )
    for format_, sign, what in _SIGNS:
        if sign.match(head):
            return _refused(format_, "unsupported", f"it is {what}")
    start = ink.start() if (ink := _INK.search(text, body_char)) else len(text)
    return _sniff_prose(text[start : start + _SAMPLE_CHARS], name)


def _refused(format_: str, code: str, seen: str) -> Sniffed:
    return Sniffed(format_, (code, seen))


def _sniff_json(text: str, head: str, name: str) -> Sniffed | None:
    """Tell the dialect of JSON; None where a bracket only happens to come first."""
    try:
        content = load(text)
    except ValueError as error:
        looks_like_json = _JSON_START.match(head)
        if not looks_like_json or (name.lower().endswith(_MARKDOWN_NAMES) and head.startswith("{")):
            return None
        return _refused("json", "invalid", f"it is JSON that cannot be parsed: {str(error)[:120]}")
    if dialect := dialect_of(content):
        return Sniffed(dialect.format)
    if isinstance(content, dict) and content.get("segments") == []:
        return _refused("json", "empty", "a JSON transcript without segments")
    if isinstance(content, dict):
        return _refused("json", "unsupported", f"it is JSON with the keys {_keys(content)}")
    first = content[0] if isinstance(content, list) and content else content
    keys = f" of objects with the keys {_keys(first)}" if isinstance(first, dict) else ""
    return _refused("json", "unsupported", f"it is a JSON {type(content).__name__}{keys}")


def _keys(content: dict[str, object]) -> str:
    """Return the first keys, cut short, without the lone surrogates that no table can hold."""
    return ", ".join(key[:40] for key in list(content)[:8]).encode(errors="replace").decode()


def _sniff_prose(sample: str, name: str) -> Sniffed:
    """Tell labelled, timed and plain text apart, and refuse what is not speech."""
    words = sample.split()
    if len(words) < _FEWEST_WORDS:
        return _refused("text", "empty", "it holds no words to speak of")
    lines = [line for line in map(str.strip, sample.splitlines()) if line]
    heads = [line[:_HEAD_CHARS] for line in lines]
    labelled = sum(any(label.match(head) for label in _LABELS) for head in heads)
    plain = sum(bool(_PLAIN_LABEL.match(head)) for head in heads)
    timed = sum(bool(_LEADING_TIME.match(head)) for head in heads)
    refused = (
        _table(lines, timed)
        or _show_notes(lines, words, sample, max(labelled, timed, plain))
        or _no_prose(lines, words, sample, labelled + timed)
    )
    if refused:
        return refused
    if labelled >= _FEWEST_LABELS or name.lower().endswith(_MARKDOWN_NAMES):
        return Sniffed("markdown")
    return Sniffed("timed-text" if timed >= max(_FEWEST_LABELS, len(lines) / 4) else "text")


def _table(lines: list[str], timed: int) -> Sniffed | None:
    if timed < len(lines) / 2 < sum("\t" in line for line in lines):
        return _refused("table", "unsupported", "it is a table of columns between tabs")
    return None


def _show_notes(lines: list[str], words: list[str], sample: str, signs: int) -> Sniffed | None:
    """Refuse text that is mostly lists or links and shows few signs of a transcript."""
    listed = sum(len(line) for line in lines if _LIST_OR_LINK.search(line)) / sum(map(len, lines))
    links = len(_LINK.findall(sample))
    if links / len(words) > _MOST_LINKS or (listed > _MOST_LISTED and signs < _FEWEST_SIGNS):
        seen = f"it looks like show notes: {listed:.0%} lists, {links} links"
        return _refused("markdown", "unsupported", seen)
    return None


def _no_prose(lines: list[str], words: list[str], sample: str, signs: int) -> Sniffed | None:
    """Refuse data, code and noise inside text."""
    keys = len(_JSON_KEY.findall(sample))
    if keys / len(words) > _MOST_KEYS:
        return _refused("text", "unsupported", f"it is data inside text: {keys} keys in {len(words)} words")
    judged = [_unmarked(word[:_HEAD_CHARS]) for word in words[:_JUDGED_WORDS]]
    wordlike = sum(bool(_WORD.fullmatch(word)) for word in judged) / len(judged)
    if wordlike < _LEAST_WORDLIKE and signs < len(lines) / 2:
        return _refused("text", "unsupported", f"it is no prose: only {wordlike:.0%} of it are words")
    return None


def _unmarked(word: str) -> str:
    """Return a word without accents and vowel signs on its letters and joiners between them, which no pattern knows."""
    if word.isascii():
        return word
    return "".join(character for character in word if unicodedata.category(character) not in _MARKS)
