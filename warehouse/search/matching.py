"""Turn the parts of a query into what tantivy looks for, and into what is highlighted."""

from __future__ import annotations

from dataclasses import dataclass, field

import tantivy
from tantivy import Occur
from tantivy import Query as Wanted

from warehouse.errors import QueryError
from warehouse.search.analysis import WORDS, analyzers, fold, tokens
from warehouse.search.highlights import Marks
from warehouse.search.index import OpenIndex
from warehouse.search.records import Query
from warehouse.search.syntax import Part, option, parse

_FUZZY_FROM = 4
"""Letters from which a word may differ in one: shorter ones are each other's neighbours."""

_YEARS = range(1, 10_000)

_Clause = tuple[Occur, Wanted]


@dataclass(slots=True)
class Match:
    """What a query looks for.

    Attributes:
        needed: What a sentence must say, part by part.
        preferred: What lets it rank higher: words exactly as asked for.
        limits: What else must hold or not, without weight: fields, and what is left out.
        marks: What is highlighted.
    """

    needed: list[Wanted] = field(default_factory=list)
    preferred: list[Wanted] = field(default_factory=list)
    limits: list[_Clause] = field(default_factory=list)
    marks: Marks = field(default_factory=Marks)

    def all_of_it(self) -> Wanted:
        """Return the query for sentences that say all of it."""
        return Wanted.boolean_query([*((Occur.Must, one) for one in self.needed), *self._rest()])

    def some_of_it(self) -> Wanted:
        """Return the query for sentences that say some of it."""
        any_of_it = Wanted.boolean_query([(Occur.Should, one) for one in self.needed])
        return Wanted.boolean_query([(Occur.Must, any_of_it), *self._rest()])

    def _rest(self) -> list[_Clause]:
        return [*((Occur.Should, one) for one in self.preferred), *self.limits]


def match(query: Query, opened: OpenIndex) -> Match:
    """Read a query and turn it into what tantivy looks for.

    Raises:
        QueryError: Its syntax is wrong, or it asks for nothing.
    """
    maker = _Maker(opened, query.fuzzy)
    parts = dict.fromkeys(parse(query.words))  # a word that is said twice need not be there twice
    has_words = [maker.add(part) for part in parts]
    for name, value in (("speaker", query.speaker), ("podcast", query.podcast), ("year", query.year)):
        if value is not None:
            maker.add(option(name, str(value)))
    if query.from_year is not None:
        maker.add_years_from(query.from_year)
    made = maker.match
    if (parts and not any(has_words)) or not (made.needed or Occur.Must in dict(made.limits)):
        raise QueryError(
            "the query has no word to look for",
            remedy='Give words, or a "phrase"; marks alone are not indexed, and -word only leaves out.',
        )
    return made


class _Maker:
    """Adds part after part to a match."""

    def __init__(self, opened: OpenIndex, fuzzy: bool) -> None:
        self.match = Match()
        self._schema, self._searcher, self._fuzzy = opened.schema, opened.searcher, fuzzy

    def add(self, part: Part) -> bool:
        """Add a part; say whether there was a word in it."""
        if part.field:
            self._limit(self._in_field(part.field, part.text), is_excluded=part.is_excluded)
            return True
        found = tokens(part.text)
        if not found:
            return False
        words = [token.word for token in found]
        if part.is_excluded:
            is_form = len(words) == 1 and not part.is_phrase
            self._limit(
                self._term("stems", found[0].stem) if is_form else self._phrase(words), is_excluded=True
            )
        elif len(words) == 1 and not part.is_phrase:
            self._add_word(words[0], found[0].stem)
        else:
            self.match.needed.append(self._phrase(words))
            self.match.marks.phrases.append(tuple(words))
        return True

    def add_years_from(self, year: int) -> None:
        """Let only episodes of a year or later match."""
        kind = tantivy.FieldType.Unsigned
        self._limit(Wanted.range_query(self._schema, "year", kind, _year(str(year)), None))

    def _add_word(self, word: str, stem: str) -> None:
        form = self._term("stems", stem)
        self.match.preferred.append(self._term("words", word))
        self.match.marks.stems.add(stem)
        if self._fuzzy and len(word) >= _FUZZY_FROM:
            near = Wanted.fuzzy_term_query(self._schema, "words", word, 1)
            form = Wanted.boolean_query([(Occur.Should, form), (Occur.Should, near)])
            self.match.marks.near.append(word)
        self.match.needed.append(form)

    def _in_field(self, name: str, value: str) -> Wanted:
        if name == "year":
            return self._term("year", _year(value))
        words = [token.word for token in tokens(value)]
        if not words:
            raise QueryError(f"{value[:40]!r} has no word to look for in {name}")
        if name == "podcast":
            return Wanted.term_set_query(self._schema, "podcast", self._podcasts(value, words))
        return Wanted.boolean_query([(Occur.Must, self._term(name, word)) for word in words])

    def _podcasts(self, value: str, words: list[str]) -> list[str]:
        """Return the podcast of this title, or else all whose titles hold the words."""
        titles = [title for title, _ in self._searcher.terms_with_prefix("podcast", "")]
        whole = fold(value)
        analyze = analyzers()[WORDS].analyze
        return [whole] if whole in titles else [one for one in titles if set(words) <= set(analyze(one))]

    def _limit(self, wanted: Wanted, *, is_excluded: bool = False) -> None:
        without_weight = Wanted.const_score_query(wanted, 0.0)
        self.match.limits.append((Occur.MustNot if is_excluded else Occur.Must, without_weight))

    def _term(self, name: str, value: str | int) -> Wanted:
        return Wanted.term_query(self._schema, name, value)

    def _phrase(self, words: list[str]) -> Wanted:
        if len(words) == 1:
            return self._term("words", words[0])
        return Wanted.phrase_query(self._schema, "words", list(words))


def _year(value: str) -> int:
    if not (value.isascii() and value.isdigit() and int(value[:5]) in _YEARS):
        raise QueryError(f"{value!r} is no year", remedy="Write it in full, such as year:2024.")
    return int(value)
