"""What segmenting promises holds for speech that no one would think of."""

from __future__ import annotations

import pytest

from tasks.transform import Source, transform
from tests.tasks.episodes import Cue, source, srt, whisper_json
from tests.tasks.test_real_archives import assert_alike_apart, assert_nested, assert_told, assert_words_kept

SAID = (
    "welcome to the show today we're talking about bread and my guest is a baker from oslo how are you doing "
    "i'm great thanks for having me so tell us how did you get started with baking well my grandmother had a "
    "bakery and i spent every summer there and i learned everything from her that's amazing and what was the "
    "hardest part i think it was getting up at four in the morning you know it never gets easy "
)
WRITTEN = (
    "How are you doing? I'm great, thanks for having me. So tell us, how did you start? Well, it was hard. "
)
WORDS = SAID.split()


def captions(texts: list[str], head: str = "") -> str:
    body = "".join(
        f"00:{n // 60:02}:{n % 60:02}.000 --> 00:{n // 60:02}:{n % 60:02}.900\n{t}\n\n"
        for n, t in enumerate(texts)
    )
    return f"WEBVTT\n{head}\n{body}"


STRANGE = {
    "a word.vtt": captions(["hello"]),
    "marks alone.vtt": captions(["...", "?", "-- !", "\u2026", "so", ". . ."]),
    "masks.txt": SAID.replace("show", "sh\0ow").replace("bread", "\u200b br\u00adead \u2060 ") * 3,
    "no-break.txt": "\u00a0".join(WORDS * 3),
    "ideographic spaces.txt": "\u3000".join(WORDS * 3),
    "entities.vtt": captions([word.replace("e", "&#101;") for word in WORDS]),
    "right to left.txt": f"\u202b{SAID}\u202c \u05e9\u05dc\u05d5\u05dd " * 3,
    "arabic.txt": "\u0645\u0631\u062d\u0628\u0627 \u0628\u0643\u0645 \u0641\u064a \u0627\u0644\u064a\u0648\u0645 "
    * 40,
    "chinese.vtt": captions(
        ["\u5927\u5bb6\u597d \u6b22\u8fce\u6536\u542c", "\u4eca\u5929\u3002\u597d\uff1f"] * 40
    ),
    "no english.vtt": captions(
        [
            "\u0131rmak is a river",
            "\u0130zmir too",
            "\u00dfeta \u00df",
            "\ufb01ne \u01c6",
            "\u039f\u03a3 \u03c3\u03b1\u03c2",
        ]
        * 40,
        "Language: en\n",
    ),
    "said to be German.vtt": captions(WORDS, "Language: de\n"),
    "half and half.txt": WRITTEN * 8 + SAID * 4,
    "labelled.md": "".join(f"**{'Ann' if n % 2 else 'Bo'}:** {SAID}\n\n" for n in range(6)),
    "chevrons.vtt": captions([f"{'&gt;&gt; ' if n % 3 == 0 else ''}{word}" for n, word in enumerate(WORDS)]),
    "partly cased.txt": " ".join(word.upper() if n % 7 == 0 else word for n, word in enumerate(WORDS * 4)),
    "shouted.txt": SAID.upper() * 4,
    "a word a cue.srt": srt([Cue(n * 300, n * 300 + 300, "A", (word,)) for n, word in enumerate(WORDS)]),
    "one cue.json": whisper_json([Cue(0, 1000, "A", tuple(WORDS))]).replace('"speaker": "A"', '"id": 1'),
    "numbers.txt": f"in 1999 3.5 million $4,000.50 at https://example.org/a?b=1.c 12:30 p.m. c++ 50% {SAID}"
    * 3,
    "curly.txt": f"{SAID} \u2018twas \u201cquoted\u201d rock \u2018n\u2019 roll ".replace("'", "\u2019") * 3,
    "commas.txt": ", ".join(WORDS * 4),
    "backwards.srt": srt(
        [Cue(90_000 - n * 900, 90_900 - n * 900, "A", (word,)) for n, word in enumerate(WORDS)]
    ),
}
SOURCES: list[Source] = [source(content, name) for name, content in STRANGE.items()]


@pytest.mark.parametrize("threshold", [0.0, 0.5, 1.0])
def test_every_word_is_kept_whatever_was_said(threshold: float) -> None:
    tables = transform(SOURCES, turn_threshold=threshold)
    assert tables["raw.documents"]["status"].unique().to_list() == ["published"]
    assert_words_kept(tables)
    assert_nested(tables)
    assert_told(tables)


def test_neither_batch_nor_order_changes_a_row_whatever_was_said() -> None:
    assert_alike_apart(SOURCES)


def test_voices_that_only_the_model_tells_apart_are_no_speakers() -> None:
    tables = transform([source(SAID * 2, "bare.txt")])
    assert set(tables["core.turns"]["speaker"]) == {"S1", "S2"}
    assert not tables["core.transcripts"]["has_speakers"].item()
