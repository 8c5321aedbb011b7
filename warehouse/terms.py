"""Count the words of transcripts ahead of the questions about them: the one thing that marts do not compute when asked."""

from __future__ import annotations

from contextlib import closing

from warehouse.lake import connect, transaction
from warehouse.settings import Settings

_GONE = """
DELETE FROM mart.term_counts WHERE (transcript_id, text_fingerprint) NOT IN (
    SELECT (transcript_id, text_fingerprint) FROM core.transcripts WHERE is_current
)
"""
_GAINED = (
    "INSERT INTO mart.term_counts SELECT transcript_id, text_fingerprint, term, n FROM mart.uncounted_terms"
)
_PENDING = """
SELECT count(*) FROM core.transcripts
ANTI JOIN mart.term_counts USING (transcript_id, text_fingerprint)
WHERE is_current
"""


def count_terms(settings: Settings) -> int:
    """Bring ``mart.term_counts`` up to date: count new and changed transcripts, forget those that are gone.

    Nothing is written, and no snapshot appears, where all is counted. A reader needs none of this: what is not counted
    yet, ``mart.terms`` counts when it is asked.

    Returns:
        How many transcripts were counted.

    Raises:
        LakeError: There is no lake, or another podlake made it.
        LakeLockedError: Another publisher held the lock for ``lock_timeout_s``.
    """
    with closing(connect(settings, read_only=False, create=False)) as lake:
        row = lake.execute(_PENDING).fetchone()
        n_pending = int(row[0]) if row else 0
        with transaction(lake, settings, "count terms", transcripts=n_pending):
            lake.execute(_GONE)
            if n_pending:
                lake.execute(_GAINED)
        return n_pending


def n_uncounted(settings: Settings) -> int:
    """Return how many current transcripts have not been counted yet."""
    with closing(connect(settings)) as lake:
        row = lake.execute(_PENDING).fetchone()
        return int(row[0]) if row else 0
