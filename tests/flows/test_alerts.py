"""Who hears of an incident, and how often."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import pytest

from flows.alerts import report
from tests.flows.listeners import mailbox, webhook
from warehouse.errors import QueryError
from warehouse.incidents import Kind, close, incidents, mute
from warehouse.settings import Settings, load

KINDS: tuple[Kind, ...] = ("failed", "degraded")
LATE: tuple[Kind, ...] = ("late",)


PATIENT = "cto=60&rto=60"
"""Lets Apprise wait longer than its 4 s for a server of a busy machine."""


def with_alerts(settings: Settings, *urls: str) -> Settings:
    return load(lake=settings.lake, alerts=urls)


def fail(settings: Settings, run_id: str = "1", detail: str = "the feed is gone") -> None:
    report(settings, "podcasts", {"failed": detail}, KINDS, run_id=run_id)


def recover(settings: Settings) -> None:
    report(settings, "podcasts", {}, KINDS)


def test_incident_is_told_once_and_its_end_too(settings: Settings) -> None:
    with webhook() as (port, calls):
        told = with_alerts(settings, f"json://127.0.0.1:{port}/hook?{PATIENT}")
        recover(told)
        for run_id in ("1", "2", "2", "3"):
            fail(told, run_id)
        assert [call["title"] for call in calls] == ["podlake: podcasts failed"]
        assert "the feed is gone" in calls[0]["message"]
        assert [(one["kind"], one["n_seen"]) for one in incidents(told)] == [("failed", 3)]
        recover(told)
        recover(told)
        assert [call["title"] for call in calls][1:] == ["podlake: podcasts recovered"]
        assert incidents(told) == []
        fail(told)
        assert len(calls) == 3
        assert len(incidents(told, every=True)) == 2


def test_kinds_that_were_not_looked_for_stay_open(settings: Settings) -> None:
    report(settings, "podcasts", {"late": "nobody runs it"}, LATE)
    recover(settings)
    report(settings, "videos", {}, LATE)
    assert [one["kind"] for one in incidents(settings)] == ["late"]


def test_what_is_muted_is_recorded_and_not_told(settings: Settings) -> None:
    with webhook() as (port, calls):
        told = with_alerts(settings, f"json://127.0.0.1:{port}/hook?{PATIENT}")
        fail(told)
        mute(told, str(incidents(told)[0]["incident_id"]), timedelta(hours=1))
        recover(told)
        fail(told)
        assert len(calls) == 1
        assert len(incidents(told)) == 1
        mute(told, str(incidents(told)[0]["incident_id"]), timedelta(0))
        mute(told, str(incidents(told, every=True)[-1]["incident_id"]), timedelta(0))
        recover(told)
        assert len(calls) == 2


def test_closing_by_hand_lets_the_next_one_be_told(settings: Settings) -> None:
    fail(settings)
    incident_id = str(incidents(settings)[0]["incident_id"])
    close(settings, incident_id)
    assert incidents(settings) == []
    with pytest.raises(QueryError, match="no such incident"):
        close(settings, incident_id)


def test_mail_is_sent(settings: Settings) -> None:
    with mailbox() as (port, mails):
        fail(
            with_alerts(
                settings, f"mailto://127.0.0.1:{port}/?{PATIENT}&from=podlake@example.org&to=me@example.org"
            )
        )
    assert len(mails) == 1
    assert "Subject: podlake: podcasts failed" in mails[0]


def test_addresses_are_shown_nowhere(
    settings: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Once Prefect has been at work in this process, its logs may be silent and go nowhere else.
    monkeypatch.setattr(logging.getLogger("prefect"), "propagate", True)
    told = with_alerts(settings, "json://me:hunter2@127.0.0.1:9/hook", "nonsense://hunter2")
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, "prefect"):
        fail(told)
    ours = [record.message for record in caplog.records if record.name == "prefect.podlake"]
    assert [line for line in ours if "could not be sent" in line] == [
        "an alert could not be sent: json://...",
        "an alert could not be sent: nonsense://...",
    ]
    assert "hunter2" not in caplog.text + repr(told) + str(told.model_dump(mode="json"))


def test_lake_that_cannot_be_opened_hides_no_failure(tmp_path: Path) -> None:
    (tmp_path / "lake").write_text("no folder")
    with webhook() as (port, calls):
        fail(load(lake=tmp_path / "lake", alerts=[f"json://127.0.0.1:{port}/hook?{PATIENT}"]))
    assert "the feed is gone" in calls[0]["message"]
