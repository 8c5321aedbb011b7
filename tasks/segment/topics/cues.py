"""Words by which speakers announce a new topic, or make clear that they go on with the old one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tasks.segment.topics.tokens import Hashes, Ints, Tokens, hashes_of

Flags = npt.NDArray[np.bool_]
Values = npt.NDArray[np.float64]

HEAD_WORDS = 25
"""Cues count in so many words behind a gap: about two sentences, the length of a question with its lead-in."""
_REACH = 4
"""Words between "let's" or "want to" and the verb that it announces."""

_WILL = "let's lets let maybe wanna want wanted going gonna like love could should can we'll"
_TURN_TO = (
    "talk talking chat move switch shift dive jump back start dig transition pivot change focus touch circle discuss "
    "cover turn zoom begin kick ask hear step rewind"
)
_ORDER = "next another last final first second third other more quick follow-up follow"
_THING = "question questions topic story thing item point subject section segment piece one up"
_WH = "what how why where when who which what's how's"
_AUX = "did do does are is was were would can could should about you your made got"
_ASK = (
    "ask asking question questions curious wonder wondering interested tell walk explain describe share elaborate "
    "question's"
)
_BACK = (
    "mentioned mention mentioning earlier speaking terms regarding comes note gears moving switching talked"
)
_WRAP = "wrap wrapping closing final finally minutes find follow reach advice anything"
_HELLO = "welcome hello hi hey thanks thank joining bye everyone everybody guest today introduce introduction episode"
_AD = "sponsor sponsors sponsored promo subscribe patreon break discount newsletter"
_STORY = "background career journey story future roadmap plans advice recommend resources tips challenges challenge"
_SO = "so okay ok alright now well um uh"
_AND = "and but because or which that then also it they he she this these those there it's they're"
_YES = "yeah yes yep right exactly mm-hm mmhm mhm sure totally absolutely correct true no oh yup"
_GREAT = "awesome cool gotcha great interesting nice wow perfect amazing makes i fantastic excellent good love got very"
_YOU = "you your can could do did is are tell let's maybe speaking before one another in for if"

NAMES = (
    "turns_to",
    "ordinal",
    "asks_how",
    "asks",
    "looks_back",
    "wraps_up",
    "greets",
    "advertises",
    "tells_story",
    "opens_so",
    "opens_and",
    "opens_yes",
    "opens_great",
    "opens_you",
)
_LISTS = (
    _WILL, _TURN_TO, _ORDER, _THING, _WH, _AUX, _ASK, _BACK, _WRAP, _HELLO, _AD, _STORY, _SO, _AND, _YES, _GREAT, _YOU,
)  # fmt: skip


def cues_of(tokens: Tokens) -> Values:
    """Return one row a sentence: whether each cue of ``NAMES`` stands in the words behind its start."""
    kinds = _kinds(tokens.hashes)
    will, turn_to, order, thing, wh, aux, ask, back, wrap, hello, ad, story = (
        (kinds & (1 << bit)) != 0 for bit in range(12)
    )
    announced = np.zeros_like(will)
    for step in range(1, _REACH + 1):
        announced[step:] |= will[:-step]
    somewhere = (
        announced & turn_to,
        _follows(order, thing),
        _follows(wh, aux),
        ask,
        back,
        wrap,
        hello,
        ad,
        story,
    )
    start = tokens.first[:-1]
    opening = [(kinds[start] & (1 << bit)) != 0 for bit in range(12, len(_LISTS))]
    return np.stack([*(_within(flags, tokens) for flags in somewhere), *opening], axis=1).astype(np.float64)


def _follows(first: Flags, second: Flags) -> Flags:
    """Say of each word whether it is of the second kind and the word before of the first."""
    found = second.copy()
    found[0] = False
    found[1:] &= first[:-1]
    return found


def _within(flags: Flags, tokens: Tokens) -> Flags:
    """Say of each sentence whether a flagged word stands in the words behind its start, in its document."""
    said = np.concatenate([[0], np.cumsum(flags)])
    start = tokens.first[:-1]
    end = np.minimum(start + HEAD_WORDS, tokens.doc_end)
    return said[end] > said[start]


def _kinds(hashes: Hashes) -> Ints:
    """Return for each word the set of lists that hold it, as bits."""
    kinds = np.zeros(len(hashes), dtype=np.int64)
    likely = np.flatnonzero(_LIKELY[hashes & _SLOTS])
    place = np.searchsorted(_VOCABULARY, hashes[likely])
    place[place == len(_VOCABULARY)] = 0
    kinds[likely] = np.where(_VOCABULARY[place] == hashes[likely], _BITS[place], 0)
    return kinds


def _vocabulary() -> tuple[Hashes, Ints]:
    """Return the sorted hashes of all cue words, and each one's lists as bits."""
    found: dict[int, int] = {}
    for bit, words in enumerate(_LISTS):
        for value in hashes_of(words).tolist():
            found[value] = found.get(value, 0) | 1 << bit
    ordered = sorted(found)
    return np.array(ordered, dtype=np.uint64), np.array([found[value] for value in ordered], dtype=np.int64)


_VOCABULARY, _BITS = _vocabulary()
_SLOTS = np.uint64(0xFFFF)
_LIKELY = np.zeros(int(_SLOTS) + 1, dtype=bool)
_LIKELY[_VOCABULARY & _SLOTS] = True
"""By the last bits of a hash, whether it may be a cue word's: it spares most words the search."""
