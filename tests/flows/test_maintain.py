"""``podlake maintain`` says what it does, and the flow does the same for schedules."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from click.testing import CliRunner, Result

from flows.cli import main
from tests.flows.lakes import contents, n_snapshots, value
from warehouse.lake import connect
from warehouse.settings import Settings


@pytest.fixture
def podlake(landed: Settings) -> Callable[..., Result]:
    """Run a command on a lake in which a killed run left its staging."""
    (landed.lake / "staging" / "killed").mkdir(parents=True)

    def run(*arguments: str, **kwargs: Any) -> Result:
        return CliRunner().invoke(main, [*arguments, "--lake", str(landed.lake)], **kwargs)

    return run


def wear(settings: Settings) -> None:
    """Give one table a second small file."""
    with closing(connect(settings, read_only=False)) as lake:
        lake.execute("INSERT INTO core.podcasts VALUES ('p', 'Show')")


def test_a_dry_run_says_what_it_would_do_and_does_nothing(
    podlake: Callable[..., Result], landed: Settings
) -> None:
    wear(landed)
    before = n_snapshots(landed)
    answer = podlake("maintain", "--dry-run")
    assert answer.exit_code == 0
    assert answer.stdout == (
        "to do: merge 4 files (2 of core.podcasts, 2 of quality.results)\nto do: remove the staging of 1 killed runs\n"
    )
    assert (landed.lake / "staging" / "killed").exists()
    assert n_snapshots(landed) == before
    assert json.loads(podlake("maintain", "--dry-run", "--json").stdout)["done"] is None


def test_it_says_first_what_it_does_and_then_what_it_did(
    podlake: Callable[..., Result], landed: Settings
) -> None:
    wear(landed)
    before = contents(landed)
    lines = podlake("maintain").stdout.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["to do", "to do", "done", "done"]
    assert contents(landed) == before
    assert not (landed.lake / "staging" / "killed").exists()
    again = json.loads(podlake("maintain", "--json").stdout)
    nothing = {"snapshots": 0, "merged": {}, "unneeded": 0, "orphans": 0, "runs": 0}
    assert again == {"planned": nothing, "done": nothing}
    assert podlake("maintain").stdout == "to do: nothing\ndone: nothing\n"


def test_flags_win_over_settings(podlake: Callable[..., Result], landed: Settings) -> None:
    podlake("maintain")  # what a merge adds is no part of this
    answer = podlake(
        "maintain", "--keep-snapshots-days", "0", "--keep-snapshots", "2", "--grace-hours", "0", "--json"
    )
    assert json.loads(answer.stdout)["done"]["snapshots"] > 0
    assert n_snapshots(landed) == 2
    assert podlake("maintain", "--keep-snapshots", "0").exit_code == 2


@pytest.mark.usefixtures("prefect_server")
def test_the_flow_takes_and_gives_plain_json(landed: Settings) -> None:
    from flows.maintain import maintain  # noqa: PLC0415  Prefect reads its settings when it is imported

    wear(landed)
    parameters = json.loads(json.dumps({"settings": {"lake": str(landed.lake), "keep_snapshots": 3}}))
    done = json.loads(json.dumps(maintain(**parameters)))
    assert done["merged"] == {"core.podcasts": 2, "quality.results": 2}
    assert value(landed, "SELECT count(*) FROM core.podcasts WHERE title = 'Show'") == 1
