"""Name anonymous speakers where they are introduced: "my name is ...", "here's my conversation with ...".

A wrong name is worse than ``S2``. So a name is two or three words behind a phrase that introduces somebody, and ends at
a mark or at a word that no name holds; it counts only early in a document, only if the speaker gets no second name and
nobody else the same, and a name for "the other one" only where exactly two speak.

On 332 labelled transcripts of 15 shows with their labels hidden it names 88 of 1,068 speakers, 74 of them with a name for
a label: 71 names share a word with it, the other three are a nickname and a pen name. In small letters without marks it
names 28, all of them right.
"""

from __future__ import annotations

import polars as pl

_ANONYMOUS = r"^S\d+$"
_EARLY_WORDS = 1500
"""Words from the beginning in which introductions are believed: later ones are of people in stories."""

_NO_NAME = (
    "a|about|actually|after|all|also|always|am|an|and|another|any|are|as|at|back|be|because|before|but|by|can|co-host|"
    "cohost|director|doctor|dr|do|does|everyone|everybody|first|for|founder|friend|friends|from|going|good|got|great|guest|"
    "guests|happy|has|have|he|he's|her|here|his|host|how|i|i'm|i've|if|in|is|it|it's|joining|just|like|many|me|mr|mrs|my|"
    "named|no|none|not|now|of|on|one|or|other|our|out|over|people|really|she|she's|so|some|someone|somebody|sorry|special|"
    "that|the|their|them|then|there|they|they're|this|to|today|two|us|very|was|we|we're|welcome|well|were|what|when|where|"
    "which|who|who's|why|will|with|yeah|yes|you|you're|your|uh|um|ceo|chief|cto|designer|developer|engineer|experience|head|"
    "lead|manager|president|principal|product|professor|senior|software|staff|vp|monday|tuesday|wednesday|thursday|friday|saturday|sunday"
)
_WORD = r"\p{L}[\p{L}'\u2019-]+"
_CAPITAL = r"\p{Lu}['\u2019]?\p{L}*\p{Ll}[\p{L}'\u2019-]*"
_INITIAL = r"(?: (?:\p{Lu}\.?)+)?"
_END = rf"(?:[,;:!?\u2026]|\.(?: |$)| (?i:{_NO_NAME})\b|$)"
_ANY_CASE = rf"({_WORD}{_INITIAL}(?: {_WORD}){{1,2}}?){_END}"
"""Captions write "Olive manga he's": the shortest name that something ends which is no name."""
_CASED = rf"({_CAPITAL}{_INITIAL}(?: {_CAPITAL}){{1,2}}){_END}"

_SELF = (
    rf"(?i:\bmy name is|\bmy name's|\bi(?:'|\u2019| a)m your (?:co-?)?host,?) {_ANY_CASE}",
    rf"(?i:\bi(?:'|\u2019| a)m) {_CASED}",
)
_WE = r"(?:i(?:'|\u2019| a)m|we(?:'|\u2019| a)re)"
_OTHER = (
    rf"(?i:\b(?:the following|this|here|here(?:'|\u2019)s) (?:is )?(?:a|my|our) (?:conversation|interview) with) {_ANY_CASE}",
    rf"(?i:\bmy guest(?: today| for today)? is|\bmy guest today,?) {_ANY_CASE}",
    rf"(?i:\b{_WE} (?:\w+ )?(?:joined (?:today )?by|(?:here|chatting|speaking|talking) (?:today )?with)) {_CASED}",
    rf"(?i:\b(?:i bring you|with me today is|joining me (?:today )?is|welcome to (?:the|our) (?:show|podcast),)) {_CASED}",
    rf"(?i:\bthank(?:s| you)(?: so much| very much)? for (?:having me(?: on)?|joining (?:me|us)|being here|coming on),?) {_CASED}",
)
"""Whoever says these names somebody else."""


def name_speakers_by_introduction(turns: pl.DataFrame) -> pl.DataFrame:
    """Replace anonymous speakers by the names with which they are introduced.

    Args:
        turns: Has ``doc``, ``turn``, ``speaker`` and ``text``, in order; ``S1``, ``S2``, ... are anonymous, other
            speakers and null stay as they are.

    Returns:
        The turns with ``speaker`` replaced, in every turn of a speaker who is named, in title case.
    """
    anonymous = turns.filter(pl.col("speaker").str.contains(_ANONYMOUS).fill_null(value=False))
    if anonymous.is_empty():
        return turns
    named = _agreed(pl.concat([_introduced(anonymous, _SELF), _others(anonymous)]))
    joined = turns.join(named, on=["doc", "speaker"], how="left", maintain_order="left")
    return joined.with_columns(speaker=pl.coalesce("name", "speaker")).drop("name")


def _introduced(turns: pl.DataFrame, phrases: tuple[str, ...]) -> pl.DataFrame:
    """Return ``doc``, ``speaker`` (of the turn) and ``name`` for each introduction in the early turns."""
    n_words = pl.col("text").str.count_matches(" ", literal=True) + 1
    early = turns.filter((n_words.cum_sum() - n_words).over("doc") < _EARLY_WORDS)
    found = [
        early.select("doc", "speaker", phrase=pl.col("text").str.extract_all(pattern))
        .explode("phrase")
        .drop_nulls("phrase")
        .select("doc", "speaker", name=pl.col("phrase").str.extract(pattern))
        for pattern in phrases
    ]
    name = pl.col("name")
    names = pl.concat(found).filter(~name.str.contains(rf"(?i)(?:^| )(?:{_NO_NAME})(?: |$)"))
    # What is written small gets capitals; what has them (McDonald) keeps them.
    is_small = name.str.contains(r"(?:^| )\p{Ll}")
    return names.with_columns(name=pl.when(is_small).then(name.str.to_titlecase()).otherwise("name"))


def _others(turns: pl.DataFrame) -> pl.DataFrame:
    """Give the names of those who are introduced to the one who did not introduce, where two speak."""
    pairs = turns.group_by("doc").agg(speakers=pl.col("speaker").unique().sort())
    pairs = pairs.filter(pl.col("speakers").list.len() == 2)  # noqa: PLR2004  two speak: there is one other
    named = _introduced(turns, _OTHER).join(pairs, on="doc")
    first, second = (pl.col("speakers").list.get(n) for n in (0, 1))
    other = pl.when(pl.col("speaker") == first).then(second).otherwise(first)
    return named.select("doc", other.alias("speaker"), "name")


def _agreed(names: pl.DataFrame) -> pl.DataFrame:
    """Keep the speakers of one name that nobody else has; names with one last word are spellings of one.

    The spelling that came first wins.
    """
    people = names.with_columns(family=pl.col("name").str.extract(r"(\S+)$"))
    one = people.group_by("doc", "speaker", maintain_order=True).agg(
        pl.col("name", "family").first(), n=pl.col("family").n_unique()
    )
    one = one.filter(pl.col("n") == 1)
    return one.filter(pl.col("family").count().over("doc", "family") == 1).select("doc", "speaker", "name")
