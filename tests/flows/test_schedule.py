"""What is scheduled runs by itself, on a server and a worker that podlake starts: they take a while."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from flows.schedules import parameters_of
from tests.flows.conftest import SAMPLE
from tests.flows.lakes import select, value
from tests.flows.listeners import webhook
from warehouse.errors import FetchError
from warehouse.incidents import incidents
from warehouse.settings import Settings, load

ROOT = Path(__file__).parents[2]
_PATIENCE_S = 240


@dataclass
class Machine:
    """A folder to work in, a server, a worker, and what alerts have told."""

    folder: Path
    environment: dict[str, str]
    told: list[dict[str, Any]]
    port: int = 0

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "flows", *arguments, "--json"],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env=self.environment,
        )

    def podlake(self, *arguments: str, code: int = 0) -> Any:
        done = self.run(*arguments)
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout or "null")

    def ask(self, path: str, **body: object) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/{path}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  loopback
            return json.load(answer)


def wait_for(what: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.5)
    raise AssertionError("it did not happen in time")


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    folder = tmp_path_factory.mktemp("machine")
    with webhook() as (port, told):
        environment = {name: text for name, text in os.environ.items() if not name.startswith("PREFECT_")} | {
            "PYTHONPATH": f"{ROOT}:{os.environ.get('PYTHONPATH', '')}",
            "PODLAKE_STATE": str(folder / "state"),
            "PODLAKE_ALERTS": json.dumps([f"json://127.0.0.1:{port}/hook?cto=60&rto=60"]),
            "PREFECT_WORKER_QUERY_SECONDS": "1",
        }
        machine = Machine(folder, environment, told)
        try:
            machine.port = int(machine.podlake("up")["api"].split(":")[2].partition("/")[0])
            yield machine
        finally:
            machine.podlake("down")


def test_a_password_is_not_kept_in_a_schedule(settings: Settings) -> None:
    with pytest.raises(FetchError) as caught:
        parameters_of("ingest", ("https://me:secret@premium.example/feed",), settings)
    assert "secret" not in str(caught.value)


def test_three_commands_lead_to_a_run_that_the_scheduler_started(machine: Machine) -> None:
    source = shutil.copytree(SAMPLE, machine.folder / "podcasts")
    assert (
        machine.podlake("up")["server"]
        == json.loads((machine.folder / "state" / "machine.json").read_text())["server"]
    )
    machine.podlake("schedule", "apply", "ingest", source.name, "--every", "1h")
    completed = {"parent_task_run_id": {"is_null_": True}, "state": {"name": {"any_": ["Completed"]}}}
    ours = {"name": {"like_": "ingest podcasts"}}
    wait_for(lambda: machine.ask("flow_runs/filter", flow_runs=ours | completed))
    [listed] = [one for one in machine.podlake("schedule", "list") if one["name"] == "podcasts"]
    assert listed["last_state"] == "Completed"
    assert listed["last_run"].startswith("ingest podcasts 20")
    assert listed["sources"] == [str(source)]
    lake = load(lake=machine.folder / "lake")
    assert value(lake, "SELECT count(*) FROM core.episodes") > 0
    assert select(lake, "SELECT status FROM quality.runs") == [("finished",)]
    artifacts = {one["key"]: one["type"] for one in machine.ask("artifacts/filter")}
    assert artifacts == {"podcasts-summary": "markdown", "podcasts-audit": "table"}
    runs = machine.ask("flow_runs/filter", flow_runs=ours)
    started = [run for run in runs if run["parent_task_run_id"] is None]
    assert [run["auto_scheduled"] for run in started] == [True]
    assert incidents(lake) == machine.told == []


def test_a_name_that_nobody_chose_takes_no_schedule_from_another_lake_or_source(machine: Machine) -> None:
    feed, lake, yearly = "https://one.example/feed.xml", ("--lake", "feeds"), ("--cron", "0 5 1 1 *")
    apply = ("schedule", "apply", "ingest")
    machine.podlake(*apply, feed, *lake, *yearly)
    for other in ((feed, "--lake", "elsewhere"), ("https://two.example/feed.xml", *lake)):
        refused = machine.run(*apply, *other, *yearly)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "Name this one with --name" in refused.stderr
    again = machine.podlake(*apply, feed, *lake, "--cron", "0 6 1 1 *")
    assert (again["when"], again["lake"]) == ("0 6 1 1 *", str(machine.folder / "feeds"))
    moved = machine.podlake(*apply, feed, "--lake", "elsewhere", *yearly, "--name", "feed-xml")
    assert (moved["when"], moved["lake"]) == ("0 5 1 1 *", str(machine.folder / "elsewhere"))
    machine.podlake("schedule", "remove", "feed-xml")


@pytest.mark.slow
def test_failing_source_is_told_once_and_recovers_by_itself(machine: Machine) -> None:
    source = machine.folder / "flaky"
    source.mkdir()
    machine.podlake("schedule", "apply", "ingest", "flaky", "--every", "10s", "--lake", "other")
    source.rmdir()
    [incident] = wait_for(
        lambda: (
            (machine.folder / "other" / "catalog.sqlite").exists()
            and [one for one in machine.podlake("incidents", "list", "--lake", "other") if one["n_seen"] > 1]
        )
    )
    assert (incident["kind"], incident["subject"]) == ("failed", "flaky")
    assert [call["title"] for call in machine.told] == ["podlake: flaky failed"]
    shutil.copytree(SAMPLE, source)
    wait_for(lambda: not machine.podlake("incidents", "list", "--lake", "other"))
    assert [call["title"] for call in machine.told] == ["podlake: flaky failed", "podlake: flaky recovered"]
    machine.podlake("schedule", "remove", "flaky")
    assert "flaky" not in [one["name"] for one in machine.podlake("schedule", "list")]


@pytest.mark.slow
def test_prefect_yaml_gives_the_same_deployments(machine: Machine) -> None:
    def found() -> dict[str, dict[str, Any]]:
        same = (
            "name",
            "entrypoint",
            "parameters",
            "tags",
            "concurrency_options",
            "work_pool_name",
            "job_variables",
        )
        deployments = machine.ask("deployments/filter", deployments={"tags": {"all_": ["podlake"]}})
        return {
            one["name"]: {key: one[key] for key in same}
            | {"limit": one["global_concurrency_limit"]["limit"]}
            | {"cron": [planned["schedule"]["cron"] for planned in one["schedules"]]}
            for one in deployments
        }

    lake, source = str(machine.folder / "yaml-lake"), machine.folder / "podcasts"
    source.mkdir(exist_ok=True)
    shutil.copy(ROOT / "prefect.yaml", machine.folder)
    for name, job, cron in (
        ("podcasts", ("ingest", str(source)), "0 5 * * *"),
        ("reprocess", ("reprocess",), "0 3 * * 0"),
        ("maintain", ("maintain",), "0 4 * * *"),
        ("check", ("check",), "*/15 * * * *"),
    ):
        machine.podlake("schedule", "apply", *job, "--cron", cron, "--name", name, "--lake", lake)
    applied = found()
    for name in applied:
        machine.podlake("schedule", "remove", name)
    environment = machine.environment | {
        "PREFECT_API_URL": f"http://127.0.0.1:{machine.port}/api",
        "PODLAKE_LAKE": lake,
        "PODCASTS": str(source),
        "PWD": str(machine.folder),
    }
    deploy = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"]
    done = subprocess.run(
        deploy, capture_output=True, text=True, check=False, cwd=machine.folder, env=environment
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for deployment in applied.values():
        deployment["parameters"]["settings"].pop("state", None)
    assert found() == applied


@pytest.mark.slow
def test_dead_worker_is_noticed_by_who_looks(machine: Machine) -> None:
    environment = machine.environment | {"PODLAKE_LATE_AFTER_S": "1"}
    machine.podlake("schedule", "apply", "reprocess", "--every", "5s", "--name", "stale", "--lake", "third")
    state = json.loads((machine.folder / "state" / "machine.json").read_text())
    os.killpg(state["worker"]["pid"], signal.SIGKILL)
    time.sleep(20)
    looker = Machine(machine.folder, environment, machine.told)
    found = looker.podlake("schedule", "check", "--lake", "third", code=1)
    assert ("stale", "late") in {(one["schedule"], one["kind"]) for one in found}
    titles = [call["title"] for call in machine.told]
    assert titles.count("podlake: stale late") == 1
    machine.podlake("up")
    machine.podlake("schedule", "remove", "stale")
