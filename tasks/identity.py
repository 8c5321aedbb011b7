"""Stable names and ids of documents, episodes and podcasts, from where a document lies in its source.

Only the source's own name and the path below it count, so the same folder gives the same ids on any
machine, and a zip or tar of it does too.

The podcast is the first of these names that says something: the first folder below the source, the
source itself, the next folders below. A name says nothing when it is generic (``transcripts``) or only
counts (``2021``, ``season 3``); where no name says anything, the source gives its name all the same.
"""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

_ID_LENGTH = 12

_GENERIC = """
    all archive archives asset assets audio calls caption captions chapter chapters chat content contents data
    dataset datasets diarized doc docs download downloads episode episodes export exports feed feeds file files
    fixtures html input inputs intermediate intermediates json markdown md media meta metadata nlp notes original
    originals output outputs page pages podcast podcasts post posts public raw references rss rttm rttms show
    shows source sources src srt static subtitle subtitles tags text texts transcript transcription transcriptions
    transcripts test testdata tests tsv txt utils verbatim nonverbatim video videos vtt whisper xml youtube
"""
GENERIC_WORDS = frozenset(_GENERIC.split())
"""Words that say what a folder holds, never whose it is; a name is generic if all its words are here."""

# Counted folders are no podcasts, yet they tell episodes apart: season 1/01.vtt and season 2/01.vtt.
_COUNTED = re.compile(r"(?:s|season|series|staffel|vol|volume|year)?[\W_]*\d+", re.IGNORECASE)

# ISO 639-1, closed on purpose: any two letters would take "talk.with.jo.vtt" for "talk.with".
_LANGUAGES = (
    "aa|ab|ae|af|ak|am|an|ar|as|av|ay|az|ba|be|bg|bh|bi|bm|bn|bo|br|bs|ca|ce|ch|co|cr|cs|cu|cv|cy|da|de|dv|dz|ee|el|"
    "en|eo|es|et|eu|fa|ff|fi|fj|fo|fr|fy|ga|gd|gl|gn|gu|gv|ha|he|hi|ho|hr|ht|hu|hy|hz|ia|id|ie|ig|ii|ik|io|is|it|iu|"
    "ja|jv|ka|kg|ki|kj|kk|kl|km|kn|ko|kr|ks|ku|kv|kw|ky|la|lb|lg|li|ln|lo|lt|lu|lv|mg|mh|mi|mk|ml|mn|mr|ms|mt|my|na|"
    "nb|nd|ne|ng|nl|nn|no|nr|nv|ny|oc|oj|om|or|os|pa|pi|pl|ps|pt|qu|rm|rn|ro|ru|rw|sa|sc|sd|se|sg|si|sk|sl|sm|sn|so|"
    "sq|sr|ss|st|su|sv|sw|ta|te|tg|th|ti|tk|tl|tn|to|tr|ts|tt|tw|ty|ug|uk|ur|uz|ve|vi|vo|wa|wo|xh|yi|yo|za|zh|zu"
)
_ENDING = re.compile(
    r"(?:\.(?:mp3|m4a|mp4|wav|ogg|opus|flac|webm))?"  # the recording it was made from: E106.mp3.vtt
    rf"(?:\.(?:{_LANGUAGES})(?:[-_](?:[a-z]{{2}}|[a-z]{{4}}|\d{{3}}|orig))?)?"
    r"(?:\.(?:json|srt|vtt|txt))?"  # the format inside a second extension: a.json.xz
    r"\.[a-z][a-z0-9]{0,7}$",  # must begin with a letter: "rust-1.37" has no extension
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Identity:
    """The ids of a document and of what it belongs to, with the podcast's name and the path below it."""

    document_id: str
    podcast_id: str
    episode_id: str
    podcast: str
    path: str


def identify(source: str, parts: Sequence[str], podcast: str | None = None, container: str = "") -> Identity:
    r"""Return the identity of the document that lies at ``parts`` below a source.

    Case and punctuation of the podcast's name do not tell two podcasts apart; the case of the path tells
    documents apart but not episodes. Bytes of a file name that are no text come out as ``\xff``.

    Args:
        source: Name of the source folder, or of the archive without its extension.
        parts: Folders and file name below the source, at least the file name.
        podcast: Name that overrides what the folders say.
        container: Name of the archive that holds the document, where a folder beside it may hold the same path.

    Example:
        >>> identify("archive", ["Talk Python", "transcripts", "12.en.vtt"]).path
        'transcripts/12.en.vtt'
        >>> first = identify("archive", ["Talk Python", "transcripts", "12.en.vtt"])
        >>> second = identify("talk-python", ["json", "12.json"])
        >>> first.episode_id == second.episode_id
        True
    """
    *folders, name = (_as_text(part) for part in parts)
    title, depth = (_as_text(podcast), 0) if podcast else _podcast(_as_text(source), folders)
    folders = folders[depth:]
    slug = _slug(title)
    telling = [folder for folder in folders if not _is_generic(folder)]
    episode = "/".join([*telling, _stem(name)])
    path = "/".join([*folders, name])
    return Identity(
        document_id=_digest("document", slug, path, *([container] if container else [])),
        podcast_id=_digest("podcast", slug),
        episode_id=_digest("episode", slug, episode.lower()),
        podcast=title,
        path=path,
    )


def podcast_id_of(podcast: str) -> str:
    """Return the id of a podcast by its name, the same for its folder and its feed."""
    return _digest("podcast", _slug(_as_text(podcast)))


def identify_item(podcast: str, guid: str, url: str) -> Identity:
    """Return the identity of a transcript that a feed's item announces.

    Args:
        podcast: Name of the podcast.
        guid: Id of the item; the episode's id derives from it.
        url: Address of the transcript.
    """
    slug = _slug(_as_text(podcast))
    return Identity(
        document_id=_digest("document", slug, "item", guid, url),
        podcast_id=_digest("podcast", slug),
        episode_id=_digest("episode", slug, "item", guid),
        podcast=podcast,
        path=unquote(urlsplit(url).path.rpartition("/")[2], errors="backslashreplace") or guid,
    )


def feed_id_of(address: str) -> str:
    """Return the id of a feed by the address under which it was first asked for."""
    return _digest("feed", address)


def _podcast(source: str, folders: Sequence[str]) -> tuple[str, int]:
    """Return the podcast's name and how many folders lie above what belongs to it."""
    candidates = [(name, depth) for depth, name in enumerate(folders, start=1)]
    candidates.insert(min(1, len(candidates)), (source, 0))
    for name, depth in candidates:
        if not (_is_generic(name) or _COUNTED.fullmatch(name)):
            return name, depth
    return source, 0


@lru_cache(maxsize=4096)
def _is_generic(name: str) -> bool:
    """Say whether every word of a folder's name is generic."""
    words = _words(name)
    return bool(words) and GENERIC_WORDS.issuperset(words)


def _words(name: str) -> list[str]:
    return re.findall(r"[^\W_]+", name.lower())


@lru_cache(maxsize=4096)
def _slug(name: str) -> str:
    """Return the name as a key; a name of symbols only is its own key."""
    return "-".join(_words(name)) or name


def _stem(name: str) -> str:
    """Return a file's name without extension, language and recording."""
    return _ENDING.sub("", name) or name


def _as_text(name: str) -> str:
    """Return a file name as valid Unicode in NFC: file systems differ in how they spell accents."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return unicodedata.normalize("NFC", text)


def _digest(*key: str) -> str:
    """Return 60 bits of the key's SHA-256 in base32."""
    digest = hashlib.sha256("\0".join(key).encode()).digest()
    return base64.b32encode(digest[:10]).decode("ascii")[:_ID_LENGTH].lower()
