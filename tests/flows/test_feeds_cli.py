"""A feed on the command line: what lands, and how the run ends where a feed fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli import main
from tests.feed_server import Answer, serving, status
from tests.tasks.feeds.runs import item, rss, vtt

pytestmark = pytest.mark.usefixtures("prefect_server")


@pytest.mark.parametrize(("failure", "code"), [(status(404), 4), (status(503, Retry_After="9999"), 3)])
def test_a_feed_that_fails_ends_the_run_with_its_code_after_the_rest_has_landed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: Answer, code: int
) -> None:
    monkeypatch.setenv("PODLAKE_ALLOW_PRIVATE_ADDRESSES", "true")
    with serving() as site:
        site.put("/1.vtt", vtt("We bake bread. It is warm"))
        site.put("/feed", rss(item(2), item(1, site.url("/1.vtt"))))
        site.pages["/broken"] = failure
        command = [
            "ingest",
            site.url("/broken"),
            site.url("/feed"),
            "--limit",
            "5",
            "--since",
            "2019-01-01",
            "--json",
        ]
        done = CliRunner().invoke(main, ["--lake", str(tmp_path / "lake"), *command])
    assert done.exit_code == code, done.output
    summary = json.loads(done.stdout)
    assert (summary["published"], summary["items"], len(summary["failed_feeds"])) == (1, 2, 1)
    assert "everything else has landed" in done.stderr
