"""Which address leads to which page."""

from __future__ import annotations

from collections.abc import Callable

from warehouse.dashboard.asked import Asked
from warehouse.dashboard.page import Page
from warehouse.dashboard.pages.analytics import mart, mart_list
from warehouse.dashboard.pages.checks import check, check_list
from warehouse.dashboard.pages.datasets import dataset, dataset_list
from warehouse.dashboard.pages.drift import drift, metric
from warehouse.dashboard.pages.incidents import incident, incident_list
from warehouse.dashboard.pages.overview import overview
from warehouse.dashboard.pages.podcasts import episode, podcast, podcast_list
from warehouse.dashboard.pages.quarantine import quarantine, story
from warehouse.dashboard.pages.runs import run, run_list
from warehouse.dashboard.pages.search import search
from warehouse.dashboard.pages.sql import sql
from warehouse.dashboard.reader import Look

Maker = Callable[[Look, Asked], Page]

ROUTES: dict[str, Maker] = {
    "/": overview,
    "/datasets": dataset_list,
    "/datasets/{table}": dataset,
    "/checks": check_list,
    "/checks/{table}/{rule}": check,
    "/drift": drift,
    "/drift/{metric}": metric,
    "/runs": run_list,
    "/runs/{run_id}": run,
    "/quarantine": quarantine,
    "/quarantine/{document_id}": story,
    "/incidents": incident_list,
    "/incidents/{incident_id}": incident,
    "/podcasts": podcast_list,
    "/podcasts/{podcast_id}": podcast,
    "/episodes/{episode_id}": episode,
    "/analytics": mart_list,
    "/analytics/{mart}": mart,
    "/search": search,
    "/sql": sql,
}

SERVED_ALONE = frozenset({"/search", "/sql"})
"""Pages that answer what somebody types: files cannot."""

MENU = {
    "Overview": "/",
    "Datasets": "/datasets",
    "Checks": "/checks",
    "Drift": "/drift",
    "Runs": "/runs",
    "Quarantine": "/quarantine",
    "Incidents": "/incidents",
    "Podcasts": "/podcasts",
    "Search": "/search",
    "Analytics": "/analytics",
}
