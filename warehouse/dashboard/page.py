"""What a page is made of, as data: HTML, JSON, CSV and files on disk are renderings of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from markupsafe import Markup

Row = Mapping[str, Any]
Kind = Literal[
    "text", "code", "count", "bytes", "seconds", "clock", "share", "number", "moment", "status", "flag", "bar"
]
"""How a value is written: see ``formats.py``."""
Status = Literal["passed", "warned", "failed", "errored", "skipped", "running", "none"]
"""Each has a mark and a word of its own, so that colour is never all that tells them apart."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link within the dashboard.

    Attributes:
        path: Path of the page, as ``routes.py`` has it.
        params: What the page is asked for; static files know none, and lead to the page without.
        anchor: The part of the page.
    """

    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: the rows' key, its heading, how values are written, and where they lead."""

    name: str
    label: str
    kind: Kind = "text"
    to: Callable[[Row], Link | None] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of records.

    Attributes:
        name: Name in links, JSON and CSV; unique on its page.
        title: Heading.
        columns: What is shown, in order.
        rows: Records by column name; they may hold more than is shown, and JSON and CSV have all of it.
        empty: What is said where there are no rows.
        note: What the reader should know of the rows.
        total: Rows that there are where not all are here.
        pages: Links to the rows before and behind, by their text.
    """

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    empty: str = "Nothing here."
    note: str = ""
    total: int | None = None
    pages: Mapping[str, Link] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hits(Table):
    """Sentences that a search found, or passages, as a list to read; rows have the fields of ``warehouse.search.Hit`` that are shown."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure with its name, and how well it is."""

    label: str
    value: object
    kind: Kind = "text"
    status: Status | None = None
    note: str = ""
    to: Link | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Figures side by side."""

    title: str
    facts: Sequence[Fact]


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing with the sentence that says what it shows."""

    title: str
    svg: Markup
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """SQL, JSON or a source, as it is."""

    title: str
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence that the reader should see, with its status."""

    text: str
    status: Status = "none"
    to: Link | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A field of a form: free text, of many lines where it is long, or one of ``options``."""

    name: str
    label: str
    value: str = ""
    options: Sequence[str] = ()
    is_long: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """Filters or a search, sent as the page's parameters; static files leave it out."""

    action: str
    button: str
    choices: Sequence[Choice]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a transcript.

    Attributes:
        number: Its position, and anchor.
        text: What is said.
        restored: Probability of its restored end; None where the source shows it.
    """

    number: int
    text: str
    restored: float | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of a transcript, with what stands above it.

    Attributes:
        speaker: Who speaks; None where nothing tells.
        is_restored: Whether the model found that the speaker changes here.
        start_s: When it starts, if known.
        error_s: Half the width of the interval of an estimated time.
        sentences: What is said.
        headings: Titles of the segments that start with it.
        audio: The recording from there.
    """

    speaker: str | None
    is_restored: bool
    start_s: float | None
    error_s: float | None
    sentences: Sequence[Sentence]
    headings: Sequence[str] = ()
    audio: str | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """What is said in an episode."""

    title: str
    turns: Sequence[Turn]
    note: str = ""
    pages: Mapping[str, Link] = field(default_factory=dict)


Section = Facts | Table | Chart | Code | Note | Form | Transcript


@dataclass(frozen=True, slots=True)
class Page:
    """A page.

    Attributes:
        title: What it is about.
        sections: Its parts, from the top.
        lead: One or two sentences under the title.
        status: A word for the page's own state, shown beside its title.
        trail: The pages above it, by title.
        external: Links that leave the dashboard, by their text.
    """

    title: str
    sections: Sequence[Section]
    lead: str = ""
    status: str | None = None
    trail: Mapping[str, Link] = field(default_factory=dict)
    external: Mapping[str, str] = field(default_factory=dict)

    @property
    def tables(self) -> dict[str, Table]:
        """Its tables by name."""
        return {section.name: section for section in self.sections if isinstance(section, Table)}
