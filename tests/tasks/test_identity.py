from __future__ import annotations

import unicodedata

import pytest

from tasks.identity import identify


@pytest.mark.parametrize(
    ("source", "path", "podcast", "below"),
    [
        ("archive", "Talk Python/12.vtt", "Talk Python", "12.vtt"),
        ("talkpython", "transcripts/12.vtt", "talkpython", "transcripts/12.vtt"),
        ("talkpython", "_youtube_transcripts/12.vtt", "talkpython", "_youtube_transcripts/12.vtt"),
        ("oxide", "2021/12.vtt", "oxide", "2021/12.vtt"),
        ("my show", "12.vtt", "my show", "12.vtt"),
        ("content", "show/coder-radio/12.md", "coder-radio", "12.md"),
        ("transcripts", "vtt/12.vtt", "transcripts", "vtt/12.vtt"),
    ],
)
def test_the_podcast_is_the_first_name_that_says_something(
    source: str, path: str, podcast: str, below: str
) -> None:
    found = identify(source, path.split("/"))
    assert (found.podcast, found.path) == (podcast, below)


def test_a_given_podcast_overrides_the_folders() -> None:
    found = identify("a", ["b", "12.vtt"], podcast="Talk Python")
    assert (found.podcast, found.path) == ("Talk Python", "b/12.vtt")


@pytest.mark.parametrize(
    "path",
    [
        "12.vtt",
        "12.en.vtt",
        "12.en-US.srt",
        "12.mp3.vtt",
        "vtt/12.json",
        "transcripts_chat/12.txt",
        "12.en.json.xz",
    ],
)
def test_formats_languages_and_format_folders_share_an_episode(path: str) -> None:
    assert identify("talk", path.split("/")).episode_id == identify("talk", ["12.md"]).episode_id


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("season 1/01.vtt", "season 2/01.vtt"),
        ("talk.with.jo.vtt", "talk.with.al.vtt"),
        ("rust-1.37.0.md", "rust-1.37.1.md"),
        ("ann/transcript.md", "bob/transcript.md"),
    ],
)
def test_different_episodes_stay_apart(one: str, other: str) -> None:
    assert identify("talk", one.split("/")).episode_id != identify("talk", other.split("/")).episode_id


def test_case_and_spelling_of_accents_do_not_make_another_podcast_or_episode() -> None:
    composed = identify("x", ["Café Über", "Ça va.vtt"])
    decomposed = identify(
        "x", [unicodedata.normalize("NFD", "café-über"), unicodedata.normalize("NFD", "ça VA.srt")]
    )
    assert composed.podcast_id == decomposed.podcast_id
    assert composed.episode_id == decomposed.episode_id
    assert composed.document_id != decomposed.document_id


def test_ids_never_change_between_releases() -> None:
    found = identify("archive", ["Talk Python", "transcripts", "12.en.vtt"])
    assert (found.document_id, found.podcast_id, found.episode_id) == (
        "cp3ynb3vmlwp",
        "im32nhfygfjp",
        "z4waialasvrf",
    )


def test_a_name_of_undecodable_bytes_is_readable_text() -> None:
    assert identify("talk", ["caf\udce9.vtt"]).path == "caf\\xe9.vtt"
