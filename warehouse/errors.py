"""Every error podlake raises, in one tree.

PodlakeError
├── TransientError          worth a retry: a lock held, a network down (exit code 3)
│   ├── LakeLockedError     another publisher holds the lake
│   ├── UnreachableError    a server that does not answer now
│   └── ServiceError        a Prefect server or worker that does not start or answer
└── TerminalError           a retry cannot help (exit code 4)
    ├── SourceError         a source that cannot be listed or read
    ├── FetchError          an address that is refused, gone, or holds what cannot be used
    │   └── TooLargeError   a document of more bytes than allowed
    ├── LakeError           a lake that cannot be opened, or was made by another version
    │   └── SearchIndexError    a search index that cannot be read or written
    ├── QueryError          SQL, or a search, that DuckDB or podlake refuses
    │   └── NotFoundError   an id or a page that the lake does not have
    ├── ExportError         an export that cannot be made, or a target that must not be replaced
    └── SettingsError       a setting that cannot be used (exit code 2)
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial


class PodlakeError(Exception):
    """Say what went wrong, where, and what to do about it.

    Attributes:
        what: What went wrong, in one sentence.
        where: The file, table or setting it concerns; empty where there is none.
        remedy: What the reader can do now; empty where there is nothing to do.
    """

    exit_code = 4

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what, self.where, self.remedy = what, where, remedy
        super().__init__(what, where, remedy)

    def __reduce__(self) -> tuple[Callable[..., PodlakeError], tuple[str]]:
        """Let it pass from one process to another: an exception is made anew from what it was made of, by position."""
        return partial(type(self), where=self.where, remedy=self.remedy), (self.what,)

    def __str__(self) -> str:
        """Join the three parts into one line."""
        place = f" ({self.where})" if self.where else ""
        advice = f" {self.remedy}" if self.remedy else ""
        return f"{self.what}{place}.{advice}"


class TransientError(PodlakeError):
    """A failure that may pass by itself; the flow retries it."""

    exit_code = 3


class LakeLockedError(TransientError):
    """Another process is publishing to the lake and did not finish in time."""


class UnreachableError(TransientError):
    """A server that did not answer, or asked to come back later."""


class ServiceError(TransientError):
    """A Prefect server or worker that does not start, does not answer or has ended."""


class TerminalError(PodlakeError):
    """A failure that will be the same next time."""


class SourceError(TerminalError):
    """A source that does not exist, cannot be listed or cannot be read."""


class FetchError(TerminalError):
    """An address that is refused, gone, or holds more or other than can be read."""


class TooLargeError(FetchError):
    """A document that holds more bytes than the settings allow."""


class LakeError(TerminalError):
    """A lake that cannot be opened, is damaged, or was made by another podlake."""


class SearchIndexError(LakeError):
    """A search index that cannot be read, or cannot be written."""


class QueryError(TerminalError):
    """A statement that the lake refuses or cannot run, or a search that makes no sense."""


class NotFoundError(QueryError):
    """An id that nothing in the lake has, or a page that there is not."""


class ExportError(TerminalError):
    """An export that cannot be made, or whose target must not be replaced."""


class SettingsError(TerminalError):
    """A setting that is missing, malformed or contradicts another."""

    exit_code = 2
