"""Evaluate how well sentences, turns and case are restored from bare words, beside baselines, show by show."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from tasks.evaluate import scores
from tasks.evaluate.align import carry
from tasks.evaluate.baselines import Restore
from tasks.evaluate.gold import FACTS, Gold, read_gold, usable
from tasks.evaluate.memory import Peak
from tasks.segment.gold import COMMA, PERIOD, QUESTION
from warehouse.errors import SourceError
from warehouse.settings import Settings

ALL = "all shows"
_WARM_UP = pl.DataFrame(
    {"doc": [0] * 8, "word": ["so"] * 8, "mark": [0] * 8},
    schema={"doc": pl.UInt32, "word": pl.String, "mark": pl.UInt8},
)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What evaluating found; ``show`` is the podcast's name or ``ALL``.

    Attributes:
        gold: ``show``, ``n_episodes``, ``n_words``, ``n_sentences``, ``n_commas``, ``n_questions``, ``n_turns``, and
            ``n_cut_turns``: those that begin with a small letter, as a machine cuts sentences that it gives to speakers;
            in edited archives 1 in 30 or less, in machine-labelled ones 1 in 9 to 1 in 3.
        left_out: ``show``, ``problem``, ``n_documents``.
        scores: ``method``, ``show``, ``metric``, ``precision``, ``recall``, ``f1``, ``f1_low``, ``f1_high``,
            ``n_right``, ``n_predicted``, ``n_gold``.
        costs: ``method``, ``show``, ``n_words``, ``cpu_s``, ``words_per_cpu_s``, ``peak_mb`` (of the process).
        reliability: ``method``, ``show``, ``head``, ``bin``, ``n``, ``mean_p``, ``share_true``.
        calibration: ``method``, ``show``, ``head``, ``ece`` (expected calibration error).
    """

    gold: pl.DataFrame
    left_out: pl.DataFrame
    scores: pl.DataFrame
    costs: pl.DataFrame
    reliability: pl.DataFrame
    calibration: pl.DataFrame

    def as_dict(self) -> dict[str, list[dict[str, object]]]:
        """Return every figure, for JSON."""
        return {name: getattr(self, name).to_dicts() for name in self.__slots__}


@dataclass(slots=True)
class _Found:
    """What is gathered while batches pass."""

    gold: list[pl.DataFrame] = field(default_factory=list)
    left_out: list[pl.DataFrame] = field(default_factory=list)
    counts: list[pl.DataFrame] = field(default_factory=list)
    bins: list[pl.DataFrame] = field(default_factory=list)
    costs: list[pl.DataFrame] = field(default_factory=list)


def evaluate(
    sources: Sequence[str | Path],
    settings: Settings,
    methods: Mapping[str, Restore],
    reference: str | Path | None = None,
) -> Evaluation:
    """Strip labels, marks and case from transcripts, restore them with each method, and score the recovery.

    Args:
        sources: Labelled transcripts; with a reference, a recogniser's transcripts of the same recordings.
        settings: As for ``podlake ingest``.
        methods: Restorers by name.
        reference: Labelled transcripts, paired with the sources by file name.

    Raises:
        SourceError: A source cannot be read, or nothing in it is gold.
    """
    golds = read_gold(sources, settings)
    if reference is not None:
        golds = _carried(golds, _references(reference, settings))
    return _summed(_gather((usable(gold) for gold in golds), methods), sources)


def _references(reference: str | Path, settings: Settings) -> dict[str, Gold]:
    """Return the gold of each reference by the stem of its file's name."""
    return {
        stem: Gold(
            gold.words.filter(pl.col("doc") == doc),
            gold.documents.filter(pl.col("doc") == doc),
            gold.left_out,
        )
        for gold in map(usable, read_gold([reference], settings))
        for doc, stem in gold.documents.select("doc", "stem").iter_rows()
    }


def _carried(hypotheses: Iterable[Gold], references: Mapping[str, Gold]) -> Iterator[Gold]:
    """Give a recogniser's words the marks and turns of their reference.

    What several recognisers heard of one recording is one episode, so intervals are not narrower for it.
    """
    for gold in hypotheses:
        words, facts = [gold.words.clear()], [gold.documents.clear()]
        for doc, stem in gold.documents.select("doc", "stem").iter_rows():
            if found := references.get(stem):
                words.append(carry(found.words, gold.words.filter(pl.col("doc") == doc)))
                own = gold.documents.filter(pl.col("doc") == doc).select("doc", "show", "stem")
                known = found.documents.select("episode", "language", *FACTS)
                facts.append(own.hstack(known).select(gold.documents.columns))
        missing = gold.documents.filter(~pl.col("stem").is_in(list(references)))
        dropped = missing.select("show", problem=pl.lit("no punctuated reference of that name"))
        yield Gold(pl.concat(words), pl.concat(facts), pl.concat([gold.left_out, dropped]))


def _gather(golds: Iterable[Gold], methods: Mapping[str, Restore]) -> _Found:
    found = _Found()
    for restore in methods.values():
        restore(_WARM_UP)  # loading a model is not restoring
    for gold in golds:
        found.left_out.append(gold.left_out)
        for (show,), documents in gold.documents.group_by("show", maintain_order=True):
            words = gold.words.join(documents, on="doc", how="semi", maintain_order="left")
            found.gold.append(_described(words, documents))
            for method, restore in methods.items():
                where = {"method": pl.lit(method), "show": pl.lit(show)}
                restored, cost = _restored(words, restore)
                both = scores.beside(words, restored, documents)
                counts = scores.count(both).join(documents.select("doc", "episode"), on="doc").drop("doc")
                found.counts.append(counts.with_columns(**where))
                found.bins.append(scores.reliability(both).with_columns(**where))
                found.costs.append(cost.with_columns(**where))
    return found


def _restored(words: pl.DataFrame, restore: Restore) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Restore bare words, and measure what that alone costs."""
    bare = words.select("doc", "word", "mark")
    peak, start_s = Peak(), time.process_time()
    restored = restore(bare)
    cpu_s = time.process_time() - start_s
    return restored, pl.DataFrame({"n_words": [bare.height], "cpu_s": cpu_s, "peak_mb": peak.megabytes()})


def _described(words: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """Count what the gold of one show holds in this batch."""
    mark = pl.col("mark")
    counted = words.select(
        n_words=pl.len(),
        n_sentences=(mark >= PERIOD).sum(),
        n_commas=(mark == COMMA).sum(),
        n_questions=(mark == QUESTION).sum(),
        n_turns=pl.col("turn").sum(),
        n_cut_turns=pl.lit(documents["n_cut_turns"].sum()),
    )
    return counted.cast(pl.Int64).select(
        pl.lit(documents["show"][0]).alias("show"),
        pl.lit(documents.height, pl.Int64).alias("n_episodes"),
        pl.all(),
    )


def _summed(found: _Found, sources: Sequence[str | Path]) -> Evaluation:
    if not found.gold:
        raise SourceError(
            "nothing to evaluate: no punctuated transcript was found",
            where=", ".join(map(str, sources)),
            remedy="Name folders or files with labelled, punctuated transcripts.",
        )
    left_out = pl.concat(found.left_out).group_by("show", "problem").agg(n_documents=pl.len())
    counts, bins = _with_all(found.counts), _with_all(found.bins)
    keys = ("method", "show")
    bins = (
        bins.group_by(*keys, "head", "bin").agg(pl.col("n", "n_true", "p").sum()).sort(*keys, "head", "bin")
    )
    ece = [
        (method, show, head, error)
        for (method, show), part in bins.group_by(keys, maintain_order=True)
        for head, error in scores.calibration_error(part).items()
    ]
    costs = _with_all(found.costs).group_by(keys, maintain_order=True)
    return Evaluation(
        gold=_with_all(found.gold).group_by("show", maintain_order=True).agg(pl.all().sum()),
        left_out=left_out.sort("show", "problem"),
        scores=pl.concat(
            scores.scored(part).select(pl.lit(method).alias("method"), pl.lit(show).alias("show"), pl.all())
            for (method, show), part in counts.group_by(keys, maintain_order=True)
        ),
        costs=costs.agg(pl.col("n_words", "cpu_s").sum(), pl.col("peak_mb").max()).with_columns(
            words_per_cpu_s=pl.col("n_words") / pl.col("cpu_s")
        ),
        reliability=bins.select(
            *keys,
            "head",
            "bin",
            "n",
            mean_p=pl.col("p") / pl.col("n"),
            share_true=pl.col("n_true") / pl.col("n"),
        ),
        calibration=pl.DataFrame(ece, schema=["method", "show", "head", "ece"], orient="row"),
    )


def _with_all(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Join frames, and repeat their rows under the name of all shows."""
    rows = pl.concat(frames)
    return pl.concat([rows, rows.with_columns(show=pl.lit(ALL))])
