from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.parse.mask import mask, mask_markdown
from tasks.parse.pieces import CUT, FILL

_MARKUP = r"< > </ <i> <c.x> <v_Ann> & &amp; &# &#39; &#0; &#x110000; &#160; ; &nbsp &lt;b&gt; { } {\an8} [ ]( ) ][ ** ` \ \["
_MORE = r"<!-- --> {/* */} - 12. # <00:00:00.000> <br/> a b http://x"
_ODD = (" ", "- ", "1. ", CUT, FILL, "\u200b", "\u00a0", "\u2028", "\r", "\t")
markup = st.lists(
    st.sampled_from([*_MARKUP.split(), *_MORE.split(), *_ODD]) | st.text(max_size=3), max_size=25
).map("".join)


def masked(*texts: str) -> list[str]:
    return mask(pl.DataFrame({"text": texts}, schema={"text": pl.String}))["text"].to_list()


@settings(max_examples=150, deadline=None)
@given(st.lists(markup, max_size=5))
def test_masking_keeps_lengths_and_changes_nothing_the_second_time(texts: list[str]) -> None:
    once = masked(*texts)
    assert list(map(len, once)) == list(map(len, texts))
    assert masked(*once) == once
    assert not any(CUT in text for text in once)


@settings(max_examples=150, deadline=None)
@given(st.lists(markup, max_size=5))
def test_masking_markdown_keeps_lengths(texts: list[str]) -> None:
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    assert list(map(len, mask_markdown(frame)["text"])) == list(map(len, texts))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Tom &amp; Jerry &lt;3 &#x1F600;", "Tom & Jerry <3 \U0001f600"),
        ("a&nbsp;b&#160;c&#8203;d", "a b cd"),
        ("&#0;&#xD800;&#1114112;", "\ufffd\ufffd\ufffd"),
        ("<i>Yes</i>, {\\an8}no<00:00:01.000><c.colorE5E5E5> it</c>", "Yes, no it"),
        ("2 < 3 and 5 > 4", "2 < 3 and 5 > 4"),
        ("soft\u00adware\ufeff", "software"),
        ("a\u2003b\u2009c\u3000d\x85e\u205ff", "a b c d e f"),
    ],
)
def test_what_remains_are_the_words(text: str, shown: str) -> None:
    assert masked(text)[0].replace(FILL, "") == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('see [the docs](https://a.example/b_(c) "A title") now', "see the docs now"),
        ("see [the notes][episode] now", "see the notes now"),
        ("- [\\[00:01\\] Intro](#intro)", "[00:01] Intro"),
        ("**bold** and `code`, \\[laughs\\]", "bold and code, [laughs]"),
        ("> 12. quoted", "12. quoted"),
        ("2022. That was a year.", "2022. That was a year."),
        ("so <!-- cut this --> on {/* and this */} we go", "so  on  we go"),
        ("pass *args and **kwargs", "pass args and kwargs"),
    ],
)
def test_markdown_leaves_its_words(text: str, shown: str) -> None:
    frame = mask_markdown(pl.DataFrame({"text": [text]}))
    assert frame["text"].item().replace(FILL, "") == shown
