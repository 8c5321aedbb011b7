"""Documents that move, meet another one of their name, or could not be read: what the lake makes of them."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.flows.lakes import n_snapshots, select, value
from tests.tasks.feeds.runs import run, vtt
from warehouse.dashboard.reader import Reader
from warehouse.settings import Settings
from warehouse.status import held_rows

APPLES, BOATS = "Apples are red. Pears are green", "Boats can sail. Cars can drive"
SPOKEN = "SELECT string_agg(text, ' ' ORDER BY text) FROM core.sentences"
REVISIONS = "SELECT path, max(revision) FROM raw.documents GROUP BY ALL ORDER BY ALL"


def show(folder: Path, **texts: str) -> Path:
    """Write transcripts into a folder of a show."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.vtt").write_text(vtt(text))
    return folder


def test_shows_of_one_name_do_not_take_each_others_place(tmp_path: Path, settings: Settings) -> None:
    first, second = (tmp_path / name / "transcripts" for name in ("first", "second"))
    show(first, a=APPLES)
    show(second, a=BOATS)
    assert run([str(first)], settings).published == 1
    summary = run([str(second)], settings)
    assert (summary.published, summary.held_back) == (0, {"raw.documents: duplicate": 1})
    for source in (first, second):
        assert run([str(source)], settings).unchanged == 1
    assert value(settings, SPOKEN) == "Apples are red. Pears are green."
    # The way out that is named leads out.
    assert run([str(second)], settings.model_copy(update={"podcast": "Boats"})).published == 1
    assert value(settings, SPOKEN) == "Apples are red. Boats can sail. Cars can drive. Pears are green."
    assert list(held_rows(settings)) == []
    assert run([str(first)], settings).unchanged == 1


def test_a_file_that_comes_to_an_unchanged_one_of_its_name_is_held_back(
    tmp_path: Path, settings: Settings
) -> None:
    sources = [str(show(tmp_path / name / "vtt", **{name: BOATS})) for name in ("a", "b")]
    assert run(sources, settings).published == 2
    show(tmp_path / "b" / "vtt", a=APPLES)
    summary = run(sources, settings)
    assert (summary.published, summary.unchanged, summary.quarantined) == (0, 2, 1)
    again = run(sources, settings)
    assert (again.documents, again.unchanged) == (0, 3)
    # Once the first is gone, the second is what the podcast has of this name.
    (tmp_path / "a" / "vtt" / "a.vtt").unlink()
    assert run(sources, settings).published == 1
    assert "Apples are red." in str(value(settings, SPOKEN))
    assert list(held_rows(settings)) == []
    assert value(settings, "SELECT count(*) FROM raw.documents WHERE vanished_at IS NOT NULL") == 0


def test_an_archive_that_moves_is_found_unchanged_and_followed(tmp_path: Path, settings: Settings) -> None:
    show(tmp_path / "old" / "Show", a=APPLES, b=BOATS)
    assert run([str(tmp_path / "old" / "Show")], settings).published == 2
    (tmp_path / "old").rename(tmp_path / "new")
    moved = tmp_path / "new" / "Show"
    summary = run([str(moved)], settings)
    assert (summary.documents, summary.unchanged, summary.vanished) == (0, 2, 0)
    assert value(settings, "SELECT bool_and(uri LIKE '%/new/Show/%') FROM raw.documents") is True
    before = n_snapshots(settings)
    assert run([str(moved)], settings).unchanged == 2
    assert n_snapshots(settings) == before
    (moved / "a.vtt").unlink()
    assert run([str(moved)], settings).vanished == 1
    assert select(settings, REVISIONS) == [("a.vtt", 1), ("b.vtt", 1)]


def test_an_archive_that_moves_and_changes_is_revised(tmp_path: Path, settings: Settings) -> None:
    run([str(show(tmp_path / "old" / "Show", a=APPLES))], settings)
    (tmp_path / "old").rename(tmp_path / "new")
    summary = run([str(show(tmp_path / "new" / "Show", a=BOATS))], settings)
    assert (summary.published, summary.vanished) == (1, 0)
    assert select(settings, REVISIONS) == [("a.vtt", 2)]
    assert value(settings, SPOKEN) == "Boats can sail. Cars can drive."


def test_a_copy_of_an_archive_is_the_archive(tmp_path: Path, settings: Settings) -> None:
    sources = [str(show(tmp_path / name / "Show", a=APPLES)) for name in ("a", "b")]
    for source in sources:
        run([source], settings)
    summary = run(sources, settings)
    assert (summary.documents, summary.unchanged, summary.quarantined) == (0, 2, 0)
    assert value(settings, "SELECT count(*) FROM raw.documents") == 1


def test_what_a_disk_did_not_give_lands_once_it_does(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = show(tmp_path / "Show", a=APPLES)
    opened = Path.open

    def fail(path: Path, *arguments: object, **options: object) -> object:
        if path.suffix == ".vtt":
            raise OSError(errno.EIO, "Input/output error")
        return opened(path, *arguments, **options)  # type: ignore[call-overload]  # passes on what it was given

    with monkeypatch.context() as broken:
        broken.setattr(Path, "open", fail)
        assert run([str(source)], settings).held_back == {"raw.documents: unreadable": 1}
        again = run([str(source)], settings)
        assert (again.documents, again.unchanged) == (0, 1)
    assert run([str(source)], settings).published == 1
    assert list(held_rows(settings)) == []


def test_what_was_too_large_lands_once_the_setting_is_raised(tmp_path: Path, settings: Settings) -> None:
    source = show(tmp_path / "Show", a=APPLES)
    narrow = settings.model_copy(update={"max_document_bytes": 40})
    assert run([str(source)], narrow).held_back == {"raw.documents: too-large": 1}
    assert run([str(source)], narrow).unchanged == 1
    assert run([str(source)], settings).published == 1
    assert list(held_rows(settings)) == []


def test_what_lies_in_a_folder_that_cannot_be_listed_does_not_vanish(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(tmp_path / "in" / "Show", a=APPLES, b=BOATS)
    run([str(tmp_path / "in")], settings)
    listed = Path.iterdir

    def fail(path: Path) -> Iterator[Path]:
        if path.name == "Show":
            raise PermissionError(errno.EACCES, "Permission denied")
        return listed(path)

    with monkeypatch.context() as broken:
        broken.setattr(Path, "iterdir", fail)
        summary = run([str(tmp_path / "in")], settings)
    assert (summary.vanished, summary.quarantined) == (0, 1)
    assert run([str(tmp_path / "in")], settings).unchanged == 2


def test_a_broken_file_that_is_removed_is_held_back_no_more(tmp_path: Path, settings: Settings) -> None:
    source = show(tmp_path / "Show", a=APPLES)
    (source / "b.vtt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(1000))
    run([str(source)], settings)
    (held,) = held_rows(settings)
    (source / "b.vtt").unlink()
    assert run([str(source)], settings).vanished == 1
    assert list(held_rows(settings)) == []
    assert [row["is_healed"] for row in held_rows(settings, every=True)] == [True]
    with closing(Reader(settings)) as reader, reader.look() as look:
        assert look.rows("held_now") == []
        documents = look.rows(
            "held_documents",
            rule=None,
            run_id=None,
            table_name=None,
            podcast=None,
            every=False,
            limit=9,
            offset=0,
        )
    assert documents == []
    (source / "b.vtt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(1000))
    run([str(source)], settings)
    assert [row["rule"] for row in held_rows(settings)] == [held["rule"]]


def test_who_is_talked_over_keeps_his_time(tmp_path: Path, settings: Settings) -> None:
    said = [
        (0, 20, "Ann>We bake bread"),
        (2, 3, "Bob>Oh yes"),
        (20, 30, "Ann>It is warm"),
        (20, 21, "Bob>I see"),
    ]
    cues = (f"00:{start:02d}.000 --> 00:{end:02d}.000\n<v {text}.\n" for start, end, text in said)
    source = show(tmp_path / "Show")
    (source / "a.vtt").write_text("WEBVTT\n\n" + "\n".join(cues))
    run([str(source)], settings)
    talk = "SELECT speaker, talk_s, n_turns FROM mart.talk_time ORDER BY speaker"
    assert select(settings, talk) == [("Ann", 30.0, 2), ("Bob", 2.0, 2)]
