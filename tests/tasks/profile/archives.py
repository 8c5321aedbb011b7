"""Small archives whose episodes are alike, or unlike in one way, and runs over them without Prefect and without an audit."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flows.run import open_rebuild, open_run
from tasks.batch import batches
from tasks.publish import StagedBatch, publish
from tasks.stage import stage_batch
from tasks.transform import current_versions
from warehouse.settings import Settings

_WORDS = Path(__file__).parents[2] / "data" / "words.txt"
_NAMES = ("Mara Quill", "Tobias Fenn")
_LENGTHS = range(8, 17)
_TURN = 3


@dataclass(frozen=True)
class Style:
    """How an episode is transcribed: sentences, words a minute, and what a recogniser or an export may get wrong."""

    n_sentences: int = 30
    pace: int = 150
    is_labelled: bool = True
    is_punctuated: bool = True
    is_looping: bool = False


@cache
def _words() -> list[str]:
    return [word.lower() for word in _WORDS.read_text("utf-8").split()[:400] if word.isalpha()]


def webvtt(seed: str, style: Style) -> str:
    """Return an episode of one cue a sentence: the same for the same arguments."""
    chance = random.Random(seed)  # noqa: S311  no secret
    pace = style.pace * chance.uniform(0.95, 1.05)
    clock, cues, sentence = 0.0, [], ""
    for number in range(style.n_sentences):
        if not (style.is_looping and number % 3 == 2):
            sentence = _sentence(chance, style)
        start, clock = clock, clock + len(sentence.split()) * 60 / pace
        label = f"<v {_NAMES[number // _TURN % 2]}>" if style.is_labelled else ""
        cues.append(f"{_time(start)} --> {_time(clock)}\n{label}{sentence}\n")
    return "WEBVTT\n\n" + "\n".join(cues)


def _sentence(chance: random.Random, style: Style) -> str:
    words = chance.sample(_words(), chance.choice(_LENGTHS))
    if not style.is_punctuated:
        return " ".join(words)
    words[0] = words[0].capitalize()
    words[3] += ","
    return " ".join(words) + "."


def _time(seconds: float) -> str:
    ms = round(seconds * 1000)
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"


USUAL = Style()


def add(source: Path, podcast: str, numbers: Iterable[int], style: Style = USUAL) -> None:
    """Write episodes of a podcast into the folder that runs read."""
    for number in numbers:
        path = source / podcast / f"{number:03}.vtt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(webvtt(f"{podcast} {number}", style))


def ingest(source: Path, settings: Settings, *, n_batches: int | None = None) -> str:
    """Land what is new and return the id of the run; where ``n_batches`` is given, die after so many."""
    with open_run([str(source)], settings) as run:
        for batch in batches(run.discover(), settings.batch_bytes):
            if batch.index == n_batches:
                return run.facts.run_id
            staged = stage_batch(batch, run.facts.run_id, run.folder)
            audited = StagedBatch(staged.batch, staged.folder)
            run.record(staged, publish(run.lake, settings, run.facts, audited))
        return run.finish().run_id


def rebuild(settings: Settings) -> str:
    """Rebuild every document and return the id of the run."""
    with open_rebuild(current_versions(), settings, every=True) as run:
        for batch in batches(run.stale_documents(), settings.batch_bytes):
            staged = stage_batch(batch, run.facts.run_id, run.folder)
            audited = StagedBatch(staged.batch, staged.folder)
            run.record(staged, publish(run.lake, settings, run.facts, audited))
        return run.finish().run_id
