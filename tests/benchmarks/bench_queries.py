"""Seconds and CPU seconds of each mart and each question of the cookbook, warm, on a synthetic lake of a million sentences.

python tests/benchmarks/bench_queries.py [--sentences 1000000] [--lake FOLDER]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from contextlib import closing
from pathlib import Path

import duckdb

from warehouse.lake import connect
from warehouse.models import cookbook, marts
from warehouse.settings import Settings, load
from warehouse.terms import count_terms

_PER_EPISODE = 500
_PER_TURN = 4
_REPEATS = 3

# Zipf's law by a uniform exponent: the rank of a word is exp(u * ln(20,000)). hash() spreads the numbers of the rows.
_VOCABULARY = """
SET VARIABLE vocabulary = (
    SELECT list(DISTINCT a.word || CASE WHEN b.i = 0 THEN '' ELSE b.word END)
    FROM words AS a, (SELECT * FROM words ORDER BY i LIMIT 14) AS b
)
"""
_SAID = """
CREATE TEMP TABLE said AS
WITH numbered AS (SELECT range::INTEGER AS n, (4 + hash(range) % 18)::INTEGER AS n_words FROM range($sentences))
SELECT
    n, n // $per_episode AS episode, n % $per_episode AS sentence, n % $per_episode // $per_turn AS turn,
    hash(n * 7 + 1) % 10 = 0 AS asks, n_words,
    array_to_string([
        getvariable('vocabulary')[exp(hash(n * 64 + i) % 1000000 / 1000000.0 * $span)::INTEGER] FOR i IN range(n_words)
    ], ' ') AS words
FROM numbered
"""
_INSERTS = (
    "INSERT INTO core.podcasts SELECT 'p' || range, 'Podcast ' || range FROM range(20)",
    """INSERT INTO core.episodes BY NAME SELECT
        'e' || episode AS episode_id, 'p' || episode % 20 AS podcast_id, 'Episode ' || episode AS title,
        TIMESTAMPTZ '2010-01-01 00:00:00+00' + INTERVAL 1 DAY * (episode * 2.7)::INTEGER AS published_at,
        year(published_at)::SMALLINT AS published_year, 2500.0 AS duration_s, ['Guest ' || episode % 400] AS persons
    FROM (SELECT DISTINCT episode FROM said)""",
    """INSERT INTO core.transcripts BY NAME SELECT
        't' || episode AS transcript_id, 'e' || episode AS episode_id, 'p' || episode % 20 AS podcast_id, 1 AS revision,
        ['webvtt', 'srt', 'markdown', 'text'][1 + episode % 4] AS format, 'en' AS language, episode % 4 < 2 AS has_times,
        episode % 5 > 0 AS has_speakers, true AS is_punctuated, sum(n_words)::INTEGER AS n_words,
        count(*)::INTEGER AS n_sentences, max(turn) + 1 AS n_turns, count(*) * 5.0 AS duration_s, true AS is_current,
        'f' || episode AS text_fingerprint, 'punctuation/1' AS method, '2' AS version
    FROM said GROUP BY episode""",
    """INSERT INTO core.turns BY NAME SELECT
        't' || episode AS transcript_id, 'e' || episode AS episode_id, turn,
        min(sentence) * 90 AS start_char, max(sentence) * 90 + 90 AS end_char,
        min(sentence) * 5.0 AS start_s, max(sentence) * 5.0 + 5 AS end_s,
        CASE WHEN episode % 5 = 0 THEN 'S' || 1 + turn % 2 WHEN turn % 2 = 0 THEN 'Host ' || chr(65 + episode % 20)
            || ' Lee' ELSE 'Guest ' || episode % 400 END AS speaker,
        CASE WHEN episode % 5 > 0 THEN speaker END AS speaker_label, 1.0 AS p_start, 'label' AS method,
        sum(n_words)::INTEGER AS n_words, string_agg(words, '. ' ORDER BY sentence) AS text
    FROM said GROUP BY episode, turn""",
    """INSERT INTO core.sentences BY NAME SELECT
        't' || episode AS transcript_id, 'e' || episode AS episode_id, sentence, turn,
        sentence * 90 AS start_char, sentence * 90 + 90 AS end_char, sentence * 5.0 AS start_s, sentence * 5.0 + 5 AS end_s,
        CASE WHEN asks THEN '?' ELSE '.' END AS end_punct, 1.0 AS p_end, n_words, n % 7 // 6 AS n_fillers,
        n % 11 // 10 AS n_repeats, 'punctuation/1' AS method, words || end_punct AS text
    FROM said""",
)


def fill(settings: Settings, n_sentences: int) -> None:
    """Make a lake of ``n_sentences`` sentences in episodes of 500, in 20 podcasts and 16 years, a fifth without names."""
    words = (Path(__file__).parents[1] / "data" / "words.txt").read_text("utf-8").split()
    with closing(connect(settings, read_only=False)) as lake:
        lake.execute("CREATE TEMP TABLE words (word VARCHAR, i INTEGER)")
        lake.execute("INSERT INTO words SELECT unnest(?), unnest(range(?))", [words, len(words)])
        lake.execute(_VOCABULARY)
        span = lake.execute("SELECT ln(len(getvariable('vocabulary')))").fetchone()
        sizes = {"sentences": n_sentences, "per_episode": _PER_EPISODE, "per_turn": _PER_TURN}
        lake.execute(_SAID, sizes | {"span": span[0] if span else 0})
        for statement in _INSERTS:
            lake.execute(statement)


def measured(lake: duckdb.DuckDBPyConnection, statement: str) -> str:
    """Tell the least seconds, and CPU seconds, of some answers behind a first one, and the rows of the answer."""
    n_rows = len(lake.execute(statement).fetchall())
    spent = []
    for _ in range(_REPEATS):
        begin, used = time.perf_counter(), time.process_time()
        lake.execute(statement).fetchall()
        spent.append((time.perf_counter() - begin, time.process_time() - used))
    wall, cpu = (min(times) for times in zip(*spent, strict=True))
    return f"{wall:7.3f} s  {cpu:7.3f} CPU s  {n_rows:6} rows"


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
        begin = time.perf_counter()
        done = count_terms(settings)
        print(f"models run: {done} transcripts counted in {time.perf_counter() - begin:.1f} s")
        with closing(connect(settings)) as lake:
            for name, one in marts().items():
                # Everything of it is computed, and the answer is small: what is measured is the mart, not Python.
                columns = ", ".join(f"max({column})" for column in one.columns)
                statement = f"SELECT count(*), {columns} FROM {name}"
                print(f"{measured(lake, statement)}  {name}", flush=True)
            for question, statement in cookbook().items():
                print(f"{measured(lake, statement)}  {question}", flush=True)


if __name__ == "__main__":
    main()
