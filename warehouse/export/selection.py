"""Which episodes an export takes along."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from warehouse.errors import ExportError


@dataclass(frozen=True, slots=True)
class Selection:
    """Podcasts by title or id, and years of publication; an empty one takes everything."""

    podcasts: tuple[str, ...] = ()
    years: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        """Say whether anything is left out."""
        return bool(self.podcasts or self.years)

    @property
    def parameters(self) -> dict[str, object]:
        """What fills the parameters of the SQL models that select."""
        return {"podcasts": list(self.podcasts), "years": list(self.years)}


EVERYTHING = Selection()


def check(lake: duckdb.DuckDBPyConnection, selection: Selection) -> None:
    """See to it that each podcast that is asked for is there.

    Raises:
        ExportError: One is not.
    """
    known = lake.execute("SELECT title, podcast_id FROM core.podcasts ORDER BY title").fetchall()
    unknown = set(selection.podcasts) - {name for row in known for name in row}
    if unknown:
        titles = ", ".join(repr(title) for title, _ in known)
        raise ExportError(
            f"the lake has no podcast {min(unknown)!r}", remedy=f"Podcasts: {titles or 'none'}."
        )
