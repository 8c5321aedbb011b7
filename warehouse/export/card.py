"""The card of a Hugging Face data set: what is in it, where it comes from, and what is not known about it."""

from __future__ import annotations

import yaml

from warehouse.export.huggingface import COLUMNS, SPLITS, Counts
from warehouse.export.snapshot import Snapshot

_SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
)
_LARGEST = "10M<n<100M"
_MOST_PODCASTS = 50
"""Podcasts that the card lists; a data set of more would have a card that nobody reads."""

_BODY = """\
# Podcast transcripts

{n_episodes} episodes of {n_podcasts} podcasts, {n_words} words: a row is the best transcript of an episode.
Exported by podlake {version} from snapshot {snapshot_id} of its lake ({committed_at} UTC).

## Splits

By a hash of the episode's id: an episode is in the same split in every export. Episodes of one podcast are in all of
them, so a test on shows that were never seen needs a split of your own.

| split | episodes |
|---|---:|
{splits}

## Columns

| column | type | meaning |
|---|---|---|
{columns}

## What to know

- In {n_restored} episodes a model restored punctuation, capitals or turns (`restored_by`); these are guesses.
- Transcripts come as their makers left them, by hand or by a recogniser, with their errors.
- The licence is unknown: the words belong to the podcasts and their speakers. Ask them, or the law where you are,
  before you publish or train.
- Persons are named, and say what they say about others; nothing is masked.

| podcast | episodes |
|---|---:|
{podcasts}
"""


def card(counts: Counts, snapshot: Snapshot, version: str) -> str:
    """Return the text of ``README.md``: YAML that the Hub and ``datasets`` read, and words for people."""
    head = yaml.safe_dump(_front_matter(counts), allow_unicode=True, sort_keys=False)
    return f"---\n{head}---\n\n{_body(counts, snapshot, version)}"


def _front_matter(counts: Counts) -> dict[str, object]:
    n_documents = counts.splits.total()
    splits = [name for name in SPLITS if counts.splits[name] or name == "train"]
    size = next((name for limit, name in _SIZES if n_documents < limit), _LARGEST)
    return {
        "pretty_name": "Podcast transcripts",
        "license": "unknown",
        "language": sorted(language for language in counts.languages if language),
        "size_categories": [size],
        "task_categories": ["text-generation"],
        "tags": ["podcasts", "transcripts", "dialogue"],
        "configs": [
            {
                "config_name": "default",
                "data_files": [{"split": name, "path": f"data/{name}-*.parquet"} for name in splits],
            }
        ],
    }


def _body(counts: Counts, snapshot: Snapshot, version: str) -> str:
    listed = counts.podcasts.most_common(_MOST_PODCASTS)
    n_more = len(counts.podcasts) - len(listed)
    podcasts = [f"| {_cell(name)} | {n} |" for name, n in listed]
    return _BODY.format(
        n_episodes=counts.splits.total(),
        n_podcasts=len(counts.podcasts),
        n_words=counts.n_words,
        n_restored=counts.n_restored,
        version=version,
        snapshot_id=snapshot.snapshot_id,
        committed_at=f"{snapshot.committed_at:%Y-%m-%d %H:%M:%S}",
        splits="\n".join(f"| {name} | {counts.splits[name]} |" for name in SPLITS),
        columns="\n".join(f"| `{name}` | `{kind}` | {said} |" for name, (kind, said) in COLUMNS.items()),
        podcasts="\n".join([*podcasts, f"| and {n_more} more | |"] if n_more else podcasts),
    )


def _cell(text: str) -> str:
    """Keep a name from ending its cell, or from being read as markup."""
    plain = " ".join(text.split())
    return "".join(f"\\{char}" if char in "\\`*_[]<>|#" else char for char in plain)
