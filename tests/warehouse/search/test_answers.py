"""What a search finds, how it shows it, and what it refuses."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path
from typing import Any, Literal
from unicodedata import normalize

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.warehouse.search.speech import Episode, land
from warehouse.errors import PodlakeError, QueryError
from warehouse.lake import connect
from warehouse.search import Hit, Query, Searcher
from warehouse.search.highlights import differ_little
from warehouse.search.links import link
from warehouse.settings import load

COMPILERS = Episode(
    "compilers",
    (
        ("Ann Lee", "We compile the whole kernel every night."),
        ("Bo Diaz", "Compiling kernels is slow, so the garbage collector waits."),
        ("Ann Lee", "A collector of garbage is not a garbage collector."),
        (None, "I don't know what a compiler is."),
    ),
    audio_url="https://example.org/compilers.mp3",
)
CAFES = Episode(
    "cafes",
    (
        ("Zoë Ångström", "The café was naïve about kernels 💡 of corn."),
        ("Zoë Ångström", "GPT模型很有意思,我们训练模型。"),
        ("Bo Lee", "A kernel, a kernel, my kingdom for a kernel!"),
    ),
    podcast="Show & Tell",
    year=2019,
    url="https://example.org/cafes",
)
DECOMPOSED = Episode(
    normalize("NFD", "crêpes"),
    ((normalize("NFD", "Théo Müller"), normalize("NFD", "Une crêpe brûlée, si vous plaît.")),),
    podcast=normalize("NFD", "À table"),
    year=2001,
)
"""As a Mac names files, and some tools write texts."""
SILENT = Episode(
    "silent", (("S1", "Nobody hears this kernel."),), podcast="Unheard", year=None, has_times=False
)


@pytest.fixture(scope="module")
def searcher(new_lake: Path, tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    settings = load(lake=shutil.copytree(new_lake, tmp_path_factory.mktemp("said") / "lake"))
    with closing(connect(settings, read_only=False)) as lake:
        land(lake, settings, COMPILERS, CAFES, DECOMPOSED, SILENT)
    return Searcher(settings)


def places(searcher: Searcher, words: str, **options: Any) -> set[tuple[str, int]]:
    """Return the sentences that are found, by episode and position, without those that hold only some of the words."""
    found = searcher.search(Query(words, **options))
    assert found.total == len(found.hits)
    return set() if found.is_relaxed else {(hit.episode_id, hit.sentence) for hit in found.hits}


def first(searcher: Searcher, words: str) -> Hit:
    return searcher.search(Query(words)).hits[0]


def shown(hit: Hit) -> list[str]:
    """Return what is highlighted."""
    return [hit.text[start:end] for start, end in hit.highlights]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("kernel night", {("compilers", 0)}),
        ("NIGHT Kernel", {("compilers", 0)}),
        ("compiled", {("compilers", 0), ("compilers", 1), ("compilers", 3)}),
        ("garbage collector", {("compilers", 1), ("compilers", 2)}),
        ('"garbage collector waits"', {("compilers", 1)}),
        ('"compile"', {("compilers", 0)}),
        ("“whole kernel”", {("compilers", 0)}),
        ("garbage -waits", {("compilers", 2)}),
        ('collector -"collector waits"', {("compilers", 2)}),
        ("don't", {("compilers", 3)}),
        ("don\u2019t", {("compilers", 3)}),
        ("cafe naive", {("cafes", 0)}),
        ("Café", {("cafes", 0)}),
        ("模型", {("cafes", 1)}),
        ("型模", set()),
        ("gpt 我", {("cafes", 1)}),
        ("kernel kernel kernel night", {("compilers", 0)}),
        ("kernel speaker:ann", {("compilers", 0)}),
        ("kernel speaker:LEE", {("compilers", 0), ("cafes", 2)}),
        ('kernel speaker:"lee bo"', {("cafes", 2)}),
        ("kernel speaker:angstrom", {("cafes", 0)}),
        ("kernel -speaker:lee -podcast:unheard", {("compilers", 1), ("cafes", 0)}),
        ("kernel podcast:show", {("compilers", 0), ("compilers", 1)}),
        ("kernel podcast:tell", {("cafes", 0), ("cafes", 2)}),
        ("kernel podcast:elsewhere", set()),
        ("kernel episode:silent", {("silent", 0)}),
        ("kernel year:2019", {("cafes", 0), ("cafes", 2)}),
        ("episode:silent", {("silent", 0)}),
        ("kernal", set()),
    ],
)
def test_query_finds(searcher: Searcher, words: str, expected: set[tuple[str, int]]) -> None:
    assert places(searcher, words) == expected


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(
    "words",
    [
        "crêpe",
        '"crêpe brûlée"',
        'brulee speaker:müller podcast:"À table" episode:crêpes',
        'podcast:"à table"',
    ],
)
def test_accents_are_found_however_they_are_encoded(
    searcher: Searcher, form: Literal["NFC", "NFD"], words: str
) -> None:
    assert places(searcher, normalize(form, words)) == {(DECOMPOSED.name, 0)}


def test_highlights_cover_accents_that_stand_apart(searcher: Searcher) -> None:
    expected = [normalize("NFD", word) for word in ("crêpe", "brûlée", "plaît")]
    assert shown(first(searcher, "crêpe brulee plaît")) == expected


def test_options_limit_as_fields_do(searcher: Searcher) -> None:
    assert places(searcher, "kernel", speaker="ann") == {("compilers", 0)}
    assert places(searcher, "kernel", podcast="Show & Tell") == places(searcher, "kernel", year=2019)
    assert places(searcher, "kernel", from_year=2020) == {("compilers", 0), ("compilers", 1)}


def test_fuzzy_words_may_differ_in_a_letter_and_exact_ones_rank_first(searcher: Searcher) -> None:
    assert places(searcher, "collectro naivé", fuzzy=True) == set()
    assert places(searcher, "collectro waitz", fuzzy=True) == {("compilers", 1)}
    hits = searcher.search(Query("compile", fuzzy=True)).hits
    assert (hits[0].episode_id, hits[0].sentence) == ("compilers", 0)
    assert shown(searcher.search(Query("kernle kingdom", fuzzy=True)).hits[0]) == [
        "kernel",
        "kernel",
        "kingdom",
        "kernel",
    ]


def test_where_no_sentence_says_all_of_it_those_that_say_some_are_found(searcher: Searcher) -> None:
    found = searcher.search(Query("kernel night zeppelin speaker:ann"))
    assert (found.is_relaxed, [hit.sentence for hit in found.hits]) == (True, [0])
    assert not searcher.search(Query("zeppelin airship")).is_relaxed


def test_what_was_asked_for_is_highlighted_by_characters(searcher: Searcher) -> None:
    assert shown(first(searcher, "compile kernel night")) == ["compile", "kernel", "night"]
    assert shown(first(searcher, '"garbage collector waits" slow')) == ["slow", "garbage collector waits"]
    assert shown(first(searcher, "corn naive")) == ["naïve", "corn"]
    assert shown(first(searcher, "模型 训练 gpt")) == ["GPT", "模型", "训练", "模型"]
    assert shown(first(searcher, '"a kernel a kernel" my')) == ["A kernel, a kernel", "my"]
    assert shown(first(searcher, "episode:silent")) == []


def test_hit_shows_where_it_is_from_and_how_to_hear_it(searcher: Searcher) -> None:
    hit = first(searcher, "slow kernels")
    assert (hit.transcript_id, hit.episode_id, hit.podcast_id) == ("compilers.vtt", "compilers", "Show")
    assert (hit.podcast, hit.episode, hit.speaker) == ("Show", "About compilers", "Bo Diaz")
    assert (hit.start_s, hit.link) == (15.5, "https://example.org/compilers.mp3#t=15")
    assert first(searcher, "corn").link == "https://example.org/cafes"
    silent = first(searcher, "nobody hears")
    assert (silent.start_s, silent.link, silent.speaker) == (None, None, "S1")
    assert first(searcher, "know").speaker is None


@pytest.mark.parametrize(
    ("audio_url", "url", "start_s", "expected"),
    [
        ("http://a/b.mp3#part", None, 61.9, "http://a/b.mp3#t=61"),
        ("http://a/b.mp3", "http://a/", None, "http://a/b.mp3"),
        ("javascript:alert(1)", "http://a/", 5.0, "http://a/"),
        (None, "file:///etc/passwd", 5.0, None),
    ],
)
def test_only_web_addresses_are_linked(
    audio_url: str | None, url: str | None, start_s: float | None, expected: str | None
) -> None:
    assert link(audio_url, url, start_s) == expected


def test_pages_follow_each_other(searcher: Searcher) -> None:
    whole = searcher.search(Query("kernel"))
    pages = [searcher.search(Query("kernel", limit=2, offset=offset)) for offset in (0, 2, 4, 6)]
    assert [hit for page in pages for hit in page.hits] == list(whole.hits)
    assert {page.total for page in pages} == {whole.total} == {5}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("", "no word"),
        ('?! … --- "" -', "no word"),
        ("-kernel", "no word"),
        ("-speaker:ann", "no word"),
        ('"garbage collector', "character 1 is not closed"),
        ("speeker:ann kernel", "no field 'speeker'"),
        ("kernel speaker:?", "no word to look for in speaker"),
        ("year:soon", "'soon' is no year"),
        ("year:0", "'0' is no year"),
        ("year:99999999999999999999", "is no year"),
        ("kernel " * 10_000, "characters"),
        ("a " * 100, "parts"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused_in_one_line(
    searcher: Searcher, words: str, says: str
) -> None:
    with pytest.raises(QueryError, match=says) as refused:
        searcher.search(Query(words))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "option", [{"speaker": "?"}, {"podcast": "a" * 10_000}, {"year": -5}, {"from_year": 0}]
)
def test_so_is_an_option(searcher: Searcher, option: dict[str, Any]) -> None:
    with pytest.raises(QueryError):
        searcher.search(Query("kernel", **option))


@pytest.mark.parametrize("page", [{"limit": 0}, {"limit": 10**9}, {"offset": -1}, {"offset": 10**9}])
def test_pages_that_nobody_reads_are_refused(page: dict[str, Any]) -> None:
    with pytest.raises(QueryError):
        Query("kernel", **page)


texts = st.text(st.characters() | st.sampled_from('"“”-:() *~^+\\/\ud800模é'), max_size=60)


queries = st.fixed_dictionaries(
    {"words": texts | st.lists(st.sampled_from(["speaker:", "year:", '"', "-", "kernel", " "])).map("".join)},
    optional={"speaker": texts, "podcast": texts, "year": st.integers(), "fuzzy": st.booleans()},
)


@given(queries)
@example({"words": "year:²"})
@example({"words": "kernel \x00", "speaker": "\ud800", "year": -1})
def test_any_text_is_answered_or_refused(searcher: Searcher, query: dict[str, Any]) -> None:
    try:
        found = searcher.search(Query(**query))
    except PodlakeError:
        return
    for hit in found.hits:
        ends = [0, *(place for pair in hit.highlights for place in pair), len(hit.text)]
        assert ends == sorted(ends)


@given(st.text("abc", max_size=5), st.text("abc", max_size=5))
def test_words_differ_little_as_by_their_distance(word: str, other: str) -> None:
    def neighbours(one: str) -> set[str]:
        cuts = [(one[:i], one[i:]) for i in range(len(one) + 1)]
        dropped = {a + b[1:] for a, b in cuts if b}
        changed = {a + c + b[1:] for a, b in cuts if b for c in "abc"}
        added = {a + c + b for a, b in cuts for c in "abc"}
        swapped = {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
        return {one} | dropped | changed | added | swapped

    assert differ_little(word, other) == (other in neighbours(word))
