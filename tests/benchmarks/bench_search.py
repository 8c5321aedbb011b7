"""What the search index costs on a synthetic lake of a million sentences: to make, to ask, and to bring up to date.

python tests/benchmarks/bench_search.py [--sentences 1000000] [--lake FOLDER]
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from tests.benchmarks.bench_queries import fill
from warehouse.lake import connect, transaction
from warehouse.search import Query, Searcher, embed_passages, similar
from warehouse.settings import Settings, load

N_QUERIES = 200


def queries(settings: Settings, n: int) -> list[tuple[str, Query]]:
    """Return queries of four kinds, made of what is said in the lake: words, phrases, words with limits, fuzzy words."""
    with closing(connect(settings)) as lake:
        said = lake.execute(
            "SELECT text FROM core.sentences WHERE n_words > 5 ORDER BY hash(text) LIMIT ?",
            [n],
        ).fetchall()
    draw = random.Random(0)  # noqa: S311  no secret
    return [_query(number, text.rstrip(".?").split(), draw) for number, (text,) in enumerate(said)]


def _query(number: int, words: list[str], draw: random.Random) -> tuple[str, Query]:
    some = Query(" ".join(draw.sample(words, 3)))
    first = draw.randrange(len(words) - 3)
    kinds = {
        "words": some,
        "phrase": Query(f'"{" ".join(words[first : first + 3])}"'),
        "limits": replace(some, podcast=f"Podcast {number % 20}", from_year=2014, speaker="host"),
        "fuzzy": replace(some, fuzzy=True),
    }
    name = list(kinds)[number % len(kinds)]
    return name, kinds[name]


def asked(searcher: Searcher, made: list[tuple[str, Query]]) -> Iterator[tuple[str, float]]:
    """Yield the kind of each query, and the milliseconds until its whole page is there."""
    for name, query in made:
        begin = time.perf_counter()
        searcher.search(query)
        yield name, (time.perf_counter() - begin) * 1000


def told(name: str, spent: list[float]) -> str:
    """Return median and 95th percentile."""
    return f"{name:8} p50 {statistics.median(spent):6.1f} ms  p95 {statistics.quantiles(spent, n=20)[-1]:6.1f} ms"


def measure(settings: Settings) -> None:
    """Print the figures."""
    searcher = Searcher(settings)
    begin, used = time.perf_counter(), time.process_time()
    made = searcher.follow(anew=True)
    millions = made.n_sentences / 1e6
    wall, cpu = (time.perf_counter() - begin) / millions, (time.process_time() - used) / millions
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    size = sum(file.stat().st_size for file in (settings.lake / "search").rglob("*")) / 1e6 / millions
    print(
        f"index    {wall:.1f} s, {cpu:.1f} CPU s and {size:.0f} MB a million sentences; peak memory {peak} MB"
    )
    spent = list(asked(searcher, queries(settings, N_QUERIES)))
    print(told("all", [ms for _, ms in spent]))
    for kind in dict(spent):
        print(told(kind, [ms for name, ms in spent if name == kind]))
    with closing(connect(settings, read_only=False)) as lake, transaction(lake, settings, "touch"):
        lake.execute("UPDATE core.transcripts SET version = version || '+' WHERE episode_id = 'e7'")
    begin = time.perf_counter()
    followed = searcher.follow()
    print(
        f"update   {(time.perf_counter() - begin) * 1000:.0f} ms after {followed.n_transcripts} episode changed"
    )
    begin = time.perf_counter()
    Searcher(settings).search(Query("bread"))
    print(f"opening  {(time.perf_counter() - begin) * 1000:.0f} ms with the first query")

    measure_vectors(settings, millions)


def measure_vectors(settings: Settings, millions: float) -> None:
    """Print what similar passages cost, where the extra is installed."""
    if not find_spec("wordllama"):
        print("vectors  not measured: the extra 'similar' is not installed")
        return
    begin, used = time.perf_counter(), time.process_time()
    n_passages = embed_passages(settings)
    wall, cpu = (time.perf_counter() - begin) / millions, (time.process_time() - used) / millions
    print(f"vectors  {wall:.1f} s and {cpu:.1f} CPU s a million sentences; {n_passages} passages are new")
    spent = []
    for _, query in queries(settings, 20):
        begin = time.perf_counter()
        similar(settings, query.words)
        spent.append((time.perf_counter() - begin) * 1000)
    print(told("similar", spent))


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sentences", type=int, default=1_000_000)
    parser.add_argument(
        "--lake", type=Path, help="a lake that an earlier run made; made there if there is none"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        settings = load(lake=arguments.lake or Path(scratch) / "lake")
        if not (settings.lake / "catalog.sqlite").exists():
            fill(settings, arguments.sentences)
        measure(settings)


if __name__ == "__main__":
    main()
