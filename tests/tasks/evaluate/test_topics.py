from __future__ import annotations

from pathlib import Path

import pytest

from tasks.evaluate.topics import evaluate_topics
from tasks.evaluate.topics_gold import read_topics
from warehouse.errors import SourceError

HEADINGS = """# Bread
**Ann:** How do you bake it? **
**Bo:** Slowly. With salt.

# Boats
**Ann:** And the boats?
**Bo:** They float.

# Bees
**Ann:** Last question. Bees?
**Bo:** They sting.
"""
YAML = """---
title: Two things
transcript:
- header: Bread
- line: How do you bake it?
  sec: 3
  time: '0:03'
  who: Ann
- line: Slowly. With salt.
  sec: 9
  time: '0:09'
  who: Bo
- header: Boats
- line: And the boats?
  sec: 20
  time: '0:20'
  who: Ann
- header: Empty
- header: Bees
- line: Bees?
  sec: 31
  time: '0:31'
- line: They sting.
  sec: 33
  time: '0:33'
  who: Bo
---
Links: none
"""
STAMPED = r"""**Ann:** \[00:00\] Welcome. This is bread.

**Bo:** \[01:00\] Salt matters.

**Break:** \[01:30\]

**Ann:** We are back with boats.

**Bo:** \[04:00\] Bees, at last. Bees.
"""
FEED = """<rss xmlns:psc="http://podlove.org/simple-chapters"><channel><item>
<link>https://example.org/bake/7</link><psc:chapters>
<psc:chapter start="0" title="Bread"/><psc:chapter start="00:01:31" title="Sponsor: Flour"/>
<psc:chapter start="150" title="Boats"/><psc:chapter start="241" title="Bees"/>
</psc:chapters></item></channel></rss>
"""


def marked(path: Path) -> list[str]:
    gold = read_topics([path])
    return gold.filter("starts")["text"].to_list()


def test_headings_and_yaml_headers_mark_the_sentence_behind_them(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(HEADINGS, "utf-8")
    assert marked(tmp_path) == ["And the boats?", "Last question."]
    (tmp_path / "a.md").write_text(YAML, "utf-8")
    assert marked(tmp_path) == ["And the boats?", "Bees?"]


def test_chapters_of_a_feed_mark_the_turn_that_starts_then(tmp_path: Path) -> None:
    (tmp_path / "bake").mkdir()
    (tmp_path / "bake" / "bake-7.md").write_text(STAMPED, "utf-8")
    (tmp_path / "feed.xml").write_text(FEED, "utf-8")
    assert marked(tmp_path) == ["We are back with boats.", "Bees, at last."]


def test_scores_hold_the_baselines_and_say_whose_model_it_was(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(HEADINGS, "utf-8")
    scores = evaluate_topics([tmp_path])
    names = [score.segmenter for score in scores]
    assert names == ["no boundary", "even", "texttiling", "topics", "topics, no turns"]
    none = scores[0]
    assert (none.held_out, none.gain, none.found, none.f1) == (False, 0.0, 0.0, 0.0)


def test_without_gold_the_error_says_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="marked topics"):
        evaluate_topics([tmp_path])
