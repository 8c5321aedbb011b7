from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tasks.document import Document
from tasks.transform import Source, Tables, fingerprint, transform
from tests.tasks.episodes import RENDERINGS, Cue, episodes, nasty_episodes, source, whisper_json
from warehouse.contracts import STAGED

DATA = Path(__file__).parents[1] / "data"
FIXTURES = sorted(path for path in DATA.rglob("*") if path.is_file() and path.name != "words.txt")
FEW = settings(max_examples=10, deadline=None)
DIGITS = (
    "\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669",
    "\u0966\u0967\u0968\u0969\u096a\u096b\u096c\u096d\u096e\u096f",
    "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19",
)
"""Arabic, Devanagari and full-width."""


def transformed(*contents: str | bytes) -> Tables:
    return transform([source(content, f"{number}.txt") for number, content in enumerate(contents)])


def reason(content: str | bytes, path: str = "episode.txt") -> str:
    return str(transform([source(content, path)])["raw.documents"]["reason"].item())


def said(tables: Tables) -> list[str]:
    return " ".join(tables["core.sentences"]["text"]).split()


def words(cues: Sequence[Cue]) -> list[str]:
    """Return the words of an episode without the invisible characters that cleaning drops."""
    return re.sub("[\u200b\u200c\u2060\ufeff\u00ad]", "", " ".join(cue.text for cue in cues)).split()


def heard(words: list[str]) -> list[str]:
    """Return words without case and the marks that may have been restored behind them."""
    return [word.lower().rstrip(".,?") for word in words]


@pytest.mark.parametrize("name", RENDERINGS)
@FEW
@given(cues=episodes())
def test_every_word_lands_once_and_in_order(name: str, cues: list[Cue]) -> None:
    tables = transformed(RENDERINGS[name](cues))
    assert tables["raw.documents"]["format"].to_list() == [name]
    assert heard(said(tables)) == heard(words(cues))
    assert heard(" ".join(tables["core.turns"]["text"]).split()) == heard(words(cues))
    assert (
        tables["core.turns"]["n_words"].sum() == tables["core.sentences"]["n_words"].sum() == len(words(cues))
    )


@FEW
@given(cues=nasty_episodes, ascii_only=st.booleans())
def test_json_holds_any_character(cues: list[Cue], ascii_only: bool) -> None:
    spoken = "".join(heard(said(transformed(whisper_json(cues, ascii_only=ascii_only)))))
    written = "".join(heard(words(cues)))
    letters = re.compile(r"[^\W_]")
    assert letters.findall(spoken) == letters.findall(written)


@pytest.mark.parametrize("name", RENDERINGS)
@FEW
@given(cues=episodes())
def test_spans_go_forward_and_hold_their_words(name: str, cues: list[Cue]) -> None:
    document = RENDERINGS[name](cues)
    tables = transformed(document)
    for table in ("core.sentences", "core.turns"):
        rows = tables[table].select("start_char", "end_char", "text").rows()
        assert all(before[1] <= after[0] for before, after in pairwise(rows))
        for start, end, text in rows:
            shown = document[start:end]
            if name.endswith("json"):
                shown = re.sub(r"(?:\\u[0-9a-f]{4})+|\\.", lambda escape: json.loads(f'"{escape[0]}"'), shown)
            position = 0
            for word in heard(text.split()):
                position = shown.lower().index(word, position) + len(word)


@FEW
@given(data=st.data())
def test_neither_batch_nor_order_changes_a_row(data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(FIXTURES), min_size=2, max_size=6))
    contents = [path.read_bytes() for path in chosen]
    contents.append(
        RENDERINGS[data.draw(st.sampled_from(sorted(RENDERINGS)))](data.draw(episodes())).encode()
    )
    sources = [source(content, f"{number}.md") for number, content in enumerate(contents)]
    order = data.draw(st.permutations(sources))
    together, apart = transform(order), [transform([one]) for one in order]
    for name, frame in together.items():
        assert_frame_equal(frame, pl.concat([tables[name] for tables in apart]), check_exact=True)


@pytest.mark.parametrize(
    "line",
    [
        "[00:0{n}] {said}",
        "00:0{n} {said}",
        "[0.{n} --> 1.{n}] {said}",
        "**Ann** [00:0{n}] {said}",
        "**[00:0{n}] Ann:** {said}",
        "Ann (00:0{n}): {said}",
        "[Ann] [00:0{n}] {said}",
        "Ann 00:0{n}\n{said}",
    ],
)
def test_words_beside_times_in_the_digits_of_another_script_land(line: str) -> None:
    words = "\u0645\u0631\u062d\u0628\u0627 \u0628\u0643\u0645 \u0641\u064a \u0627\u0644\u064a\u0648\u0645 \u0645\u0631\u062d\u0628\u0627"
    content = "\n".join(line.format(n=n, said=words) for n in (1, 5, 9))
    tables = transformed(*(content.translate(str.maketrans("0123456789", digits)) for digits in DIGITS))
    assert tables["raw.documents"]["status"].to_list() == ["published"] * 3
    assert " ".join(said(tables)).count(words) == 9


def mutant(content: bytes, chance: random.Random) -> bytes:
    """Truncate, splice, overwrite, or drop and double lines."""
    lines = content.splitlines(keepends=True) or [b""]
    low, high = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    match chance.randrange(6):
        case 0:
            return content[:low]
        case 1:
            return content[low:] + content[:high]
        case 2:
            return content[:low] + chance.randbytes(8) + content[high:]
        case 3:
            return b"".join(line for line in lines if chance.random() < 0.8)
        case 4:
            return b"".join(line * chance.randrange(3) for line in lines)
        case _:
            odd = [
                "\0",
                "\ufffd",
                "\u2028",
                "\r",
                "\\ud800",
                "\u202e",
                "\x1f",
                "[",
                "<v ",
                "-->",
                "**",
                "&#0;",
                '"',
            ]
            return content[:low] + "".join(chance.choices(odd, k=5)).encode() + content[low:]


@settings(max_examples=25, deadline=None)
@given(chance=st.randoms(use_true_random=True))
def test_no_content_raises(chance: random.Random) -> None:
    contents = [mutant(chance.choice(FIXTURES).read_bytes(), chance) for _ in range(10)]
    suffixes = (".txt", ".md", ".vtt", ".json")
    sources = [
        source(mutant(content, chance), f"{n}{chance.choice(suffixes)}") for n, content in enumerate(contents)
    ]
    tables = transform(sources)
    assert tables["raw.documents"].height == len(sources)
    for table in STAGED:
        required = [column.name for column in table.columns if not column.nullable]
        assert tables[table.full_name].schema == table.polars_schema
        assert tables[table.full_name].select(pl.col(required).null_count()).sum_horizontal().sum() == 0


@settings(max_examples=40, deadline=None)
@given(contents=st.lists(st.binary(max_size=300) | st.text(max_size=300).map(str.encode), max_size=12))
def test_no_bytes_raise(contents: list[bytes]) -> None:
    assert transformed(*contents)["raw.documents"].height == len(contents)


@pytest.mark.parametrize(
    "contents", [[], [b""], [b"\x89PNG\r\n\x1a\n"], ["{}"], ["WEBVTT\n\n00:01.000 --> 00:02.000\n[Music]\n"]]
)
def test_a_batch_without_words_gives_empty_tables(contents: list[str | bytes]) -> None:
    tables = transformed(*contents)
    assert {name: frame.schema for name, frame in tables.items()} == {
        t.full_name: t.polars_schema for t in STAGED
    }
    assert [frame.height for frame in tables.values()] == [len(contents), 0, 0, 0, 0, 0]


def test_a_document_that_could_not_be_read_keeps_its_reason() -> None:
    read = source("x")
    unread = Document(
        **{n: getattr(read.document, n) for n in Document.__slots__} | {"problem": ("too-large", "9 GB")}
    )
    documents = transform([Source(unread, None)])["raw.documents"]
    assert documents.select("status", "reason", "text").row(0) == ("quarantined", "too-large: 9 GB.", None)


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        ("WEBVTT\n\n", "empty: a WebVTT file without cues"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n", "empty: it holds no words"),
        ('{"segments": []}', "empty: a JSON transcript without segments"),
        ('{"segments": [{"start": 0, "text": "Hi', "invalid: it is JSON that cannot be parsed"),
        ('{"a\\ud800": 1}', "unsupported: it is JSON with the keys a?"),
        ("[" * 100_000, "invalid: it is JSON that cannot be parsed: nested too deeply"),
        ("<!DOCTYPE html><html>", "unsupported: it is an HTML page"),
        ("start\tend\ttext\n0\t10\tHi there.\n", "unsupported: it is a Whisper TSV"),
        ("a\tb\tc\nd\te\tf\n", "unsupported: it is a table of columns between tabs"),
        ("- [One](https://a.example)\n- [Two](https://b.example)\n", "unsupported: it looks like show notes"),
        ("x1 = 7; y2 += 8; z3 -= 9; 4 == 5\n", "unsupported: it is no prose"),
    ],
)
def test_a_refusal_says_what_was_seen(content: str, seen: str) -> None:
    assert reason(content).startswith(seen)


@pytest.mark.parametrize(
    "spoken",
    [
        "नमस्ते दोस्तों, मैं ठीक हूँ।",
        "இன்று நாம் பேசுவோம்.",
        "สวัสดีครับ ยินดีต้อนรับ ครับ",
        "مَرْحَبًا بِكُمْ فِي الْحَلْقَةِ",
        "می\u200cشود می\u200cروند می\u200cروم.",
        "e\u0301te\u0301 de\u0301ja\u0300 la\u0300",
    ],
)
def test_words_with_marks_on_their_letters_are_words(spoken: str) -> None:
    assert transformed(f"{spoken}\n" * 5)["raw.documents"]["reason"].to_list() == [None]


@pytest.mark.parametrize(("ann", "ben"), [("Ann", "Ben"), ("**Ann**", "**Ben**"), ("Host", "Guest")])
def test_a_transcript_between_two_rules_is_no_front_matter(ann: str, ben: str) -> None:
    talk = "".join(f"{ann}: I have {n} loaves of it.\n{ben}: I like that one.\n" for n in range(20))
    tables = transformed(f"---\n{talk}---\n{ann}: Thank you for listening.\n{ben}: Bye to all of you.\n")
    labels = [ann.strip("*"), ben.strip("*")] * 21
    assert tables["core.turns"].drop_nulls("speaker")["speaker"].to_list() == labels


@pytest.mark.parametrize(
    ("path", "content", "language"),
    [
        ("a.vtt", "WEBVTT\nLanguage: de-AT\n\n00:01.000 --> 00:02.000\nGuten Tag.\n", "de-AT"),
        ("a.fr.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nBonjour.\n", "fr"),
        ("a.json", whisper_json([Cue(0, 1, "A", ("Hi.",))]), "en"),
        ("a.md", "---\nlanguage: nl\n---\nGoedemorgen, allemaal daar.\n", "nl"),
        ("a.txt", "Nobody says in what language this is.\n", None),
    ],
)
def test_the_language_is_what_the_source_declares(path: str, content: str, language: str | None) -> None:
    assert transform([source(content, path)])["raw.documents"]["language"].item() == language


def test_one_text_has_one_fingerprint_in_every_format() -> None:
    cues = [
        Cue(0, 9, "Mara Quill", ("The", "goat", "is", "up!")),
        Cue(9, 10, "Lev Arkin", ("Who", "let", "it?")),
    ]
    tables = transformed(*(render(cues) for render in RENDERINGS.values()))
    assert tables["core.transcripts"]["text_fingerprint"].unique().to_list() == [
        fingerprint("the goat is up who let it")
    ]
