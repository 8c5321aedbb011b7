"""The shipped coefficients, as ``python -m tasks.evaluate.topics_train`` prints them.

Learned on 173 episodes of datatalks, devtoolsfm, bitcointranscripts and changelog (Ship It), whose topics their
editors marked: 118,768 gaps, 2,801 of them the start of a topic. No text of them is in here. The transcripts of
Ship It are (c) Changelog Media, CC BY-SA 4.0. ``podlake evaluate topics`` scores each show by a model fitted on the others.
"""

from __future__ import annotations

from tasks.segment.topics.model import Model

WITH_TURNS = Model(
    -8.909,
    {
        "links": 0.916,
        "valley": 1.046,
        "words_before": -0.120,
        "words_left": 0.024,
        "sentence_words": 0.042,
        "turn": 0.930,
        "turn_words": 0.324,
        "last_turn_words": 0.189,
        "next_turn_words": 0.153,
        "into_turn": 0.310,
        "turn_asks": 0.427,
        "questions": 0.241,
        "after_question": 0.129,
        "first_behind_25": -0.204,
        "first_before_25": -0.581,
        "first_behind_80": 0.038,
        "first_before_80": -0.101,
        "last_behind_25": -0.143,
        "last_before_25": 1.016,
        "last_behind_80": -0.176,
        "last_before_80": 1.962,
        "turns_to": 0.347,
        "ordinal": 0.471,
        "asks_how": 0.308,
        "asks": 0.374,
        "looks_back": 0.451,
        "wraps_up": 0.158,
        "greets": 0.418,
        "advertises": 0.298,
        "tells_story": 0.596,
        "opens_so": 0.298,
        "opens_and": -0.497,
        "opens_yes": -0.316,
        "opens_great": -0.168,
        "opens_you": 0.150,
    },
)
WITHOUT_TURNS = Model(
    -6.782,
    {
        "links": 0.886,
        "valley": 1.136,
        "words_before": -0.157,
        "words_left": 0.062,
        "sentence_words": -0.079,
        "first_behind_25": -0.148,
        "first_before_25": -0.898,
        "first_behind_80": -0.315,
        "first_before_80": 0.054,
        "last_behind_25": -0.379,
        "last_before_25": 1.255,
        "last_behind_80": 0.344,
        "last_before_80": 2.044,
        "turns_to": 0.429,
        "ordinal": 0.443,
        "asks_how": 0.497,
        "asks": 0.514,
        "looks_back": 0.693,
        "wraps_up": 0.056,
        "greets": 0.351,
        "advertises": 0.388,
        "tells_story": 0.602,
        "opens_so": 0.396,
        "opens_and": -0.888,
        "opens_yes": 0.819,
        "opens_great": 0.063,
        "opens_you": 0.143,
    },
)
