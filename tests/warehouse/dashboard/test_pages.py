"""What the pages say is what the lake holds."""

from __future__ import annotations

import csv
import io
import re
import shutil
import time
from contextlib import closing
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.warehouse.dashboard.conftest import MAIL, SCRIPT
from warehouse.contracts import TABLES
from warehouse.dashboard.app import application
from warehouse.dashboard.export import paths
from warehouse.dashboard.pages import podcasts
from warehouse.dashboard.reader import Reader
from warehouse.incidents import record
from warehouse.lake import connect
from warehouse.search import Searcher, embed_passages
from warehouse.settings import Settings, load

needs_model = pytest.mark.skipif(not find_spec("wordllama"), reason="the extra 'similar' is not installed")


class Links(HTMLParser):
    """The addresses that a page leads to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._address = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get("href")
        if tag == "a" and address:
            self._address = address
            self.found.setdefault(address, "")

    def handle_data(self, data: str) -> None:
        if self._address:
            self.found[self._address] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._address = ""


@pytest.fixture(scope="session")
def pages(archive: Settings, client: TestClient) -> dict[str, str]:
    """The HTML of every page of the lake, by its path."""
    with closing(Reader(archive)) as reader, reader.look() as look:
        answers = {path: client.get(path) for path in paths(look, ())}
    assert {path for path, answer in answers.items() if answer.status_code != 200} == set()
    return {path: answer.text for path, answer in answers.items()}


def one(lake: Settings, sql: str) -> object:
    with closing(connect(lake)) as connection:
        row = connection.execute(sql).fetchone()
        assert row
        return row[0]


def rows_of(lake: Settings, sql: str) -> list[tuple[object, ...]]:
    with closing(connect(lake)) as connection:
        return connection.execute(sql).fetchall()


def test_every_page_answers_as_html_json_and_csv(client: TestClient, pages: dict[str, str]) -> None:
    assert len(pages) > 100
    for path, html in pages.items():
        assert "<h1>" in html, path
        told = client.get(path, params={"as": "json"}).json()
        assert told["snapshot"], path
        for name, rows in told["tables"].items():
            as_csv = client.get(path, params={"as": "csv", "table_of": name})
            assert len(list(csv.reader(io.StringIO(as_csv.text)))) == len(rows) + 1, (path, name)


def test_every_link_leads_to_a_page(client: TestClient, pages: dict[str, str]) -> None:
    asked = set(pages)
    for path, html in pages.items():
        for address in {link.partition("#")[0] for link in Links(html).found if link.startswith("/")} - asked:
            asked.add(address)
            assert client.get(address).status_code == 200, (path, address)
    assert len(asked) > len(pages)


def test_every_page_says_which_snapshot_it_shows(client: TestClient, archive: Settings) -> None:
    newest = one(archive, "SELECT max(snapshot_id) FROM ducklake_snapshots('lake')")
    for path in ("/", "/runs", "/podcasts", "/analytics/pace"):
        assert f"snapshot {newest}, as of" in client.get(path).text


def test_the_overview_says_what_is_wrong(client: TestClient) -> None:
    text = client.get("/").text
    assert "The last run held back" in text
    assert "ingest nightly: failed." in text
    assert re.search(r'<h1>Overview.*class="badge failed"', text, re.DOTALL)


def test_three_clicks_tell_which_files_are_held_back_and_why_and_what_to_do(client: TestClient) -> None:
    first = Links(client.get("/").text).found
    run = next(
        address for address, text in first.items() if text.startswith("Why?") and address.startswith("/runs/")
    )
    second = Links(client.get(run).text).found
    document = next(address for address, text in second.items() if "notes.json" in text)
    story = client.get(document).text
    assert "unsupported" in story
    assert "Convert it to WebVTT" in story
    assert "Mend the source and ingest it again" in story


def test_figures_are_those_of_the_lake(client: TestClient, archive: Settings) -> None:
    listed = client.get("/datasets", params={"as": "json"}).json()["tables"]["datasets"]
    assert {row["table"] for row in listed} == set(TABLES)
    for row in listed:
        assert row["n_rows"] == one(archive, f"SELECT count(*) FROM {row['table']}")
    runs = client.get("/runs", params={"as": "json"}).json()["tables"]["runs"]
    assert [row["n_documents"] for row in runs] == [
        3,
        one(archive, "SELECT min(n_documents) FROM quality.runs WHERE n_documents > 3"),
    ]


def test_a_dataset_tells_of_each_day_what_it_drew(client: TestClient, archive: Settings) -> None:
    days = client.get("/datasets/core.sentences", params={"as": "json"}).json()["tables"]["days"]
    sql = """
        SELECT strftime(batches.published_at, '%Y-%m-%d') AS day, count(*)
        FROM core.sentences
        JOIN raw.documents ON document_id = transcript_id
        JOIN quality.batches USING (run_id, batch)
        GROUP BY day ORDER BY day DESC
    """
    assert [(day["day"], day["n_rows"]) for day in days] == rows_of(archive, sql)
    assert {day["status"] for day in days} == {"passed"}


def test_curves_are_drawn_from_every_run(client: TestClient, archive: Settings) -> None:
    told = client.get("/drift/punctuation_rate", params={"as": "json"}).json()["tables"]["values"]
    sql = """SELECT count(*) FROM quality.profile WHERE metric = 'punctuation_rate' AND published_year IS NULL
        AND (podcast_id IS NOT NULL OR format IS NULL)"""
    assert len(told) == one(archive, sql)
    assert 'aria-label="All podcasts, all formats: ' in client.get("/drift/punctuation_rate").text


def test_an_episode_shows_every_sentence_and_marks_what_is_restored(
    client: TestClient, archive: Settings
) -> None:
    sql = "SELECT episode_id FROM core.transcripts WHERE method LIKE 'boundary%' AND is_current ORDER BY 1 LIMIT 1"
    path = f"/episodes/{one(archive, sql)}"
    told = client.get(path, params={"as": "json"}).json()["transcript"]
    sentences = [sentence for turn in told for sentence in turn["sentences"]]
    assert [sentence["number"] for sentence in sentences] == list(range(len(sentences)))
    count = f"SELECT n_sentences FROM core.transcripts WHERE is_current AND episode_id = '{path[10:]}'"
    assert len(sentences) == one(archive, count)
    restored = [sentence for sentence in sentences if sentence["restored"] is not None]
    assert restored
    assert f'<small class="p">{restored[0]["restored"]:.2f}</small>' in client.get(path).text


def test_text_from_the_archive_is_never_markup(pages: dict[str, str]) -> None:
    seen = 0
    for path, html in pages.items():
        assert SCRIPT not in html, path
        assert "<b>show" not in html, path
        seen += "&lt;script&gt;" in html
    assert seen >= 2, "the episode and the incident show it"


def test_a_document_with_several_reasons_is_held_back_once(client: TestClient, archive: Settings) -> None:
    told = client.get("/", params={"as": "json"}).json()["facts"]
    assert told["Held back"] == one(archive, "SELECT count(DISTINCT document_id) FROM quality.quarantine")


def test_a_lake_with_an_incident_and_no_run_is_not_well(tmp_path: Path) -> None:
    settings = load(lake=tmp_path / "lake")
    record(settings, "ingest nightly", {"failed": "the source is gone"}, ["failed"])
    with TestClient(application(settings)) as fresh:
        text = fresh.get("/").text
    assert 'class="badge failed"' in text
    assert "ingest nightly: failed. the source is gone" in text
    assert "All is well" not in text


def test_a_lake_in_the_place_of_another_is_read_anew(tmp_path: Path) -> None:
    settings = load(lake=tmp_path / "lake")
    connect(settings, read_only=False).close()
    with TestClient(application(settings)) as fresh:
        for n in (1, 2):
            shutil.rmtree(settings.lake)
            with connect(settings, read_only=False) as lake:
                lake.execute("INSERT INTO core.podcasts SELECT 'p' || range, 'Show' FROM range($n)", {"n": n})
            rows = fresh.get("/podcasts", params={"as": "json"}).json()["tables"]["podcasts"]
            assert len(rows) == n


def test_long_transcripts_are_read_page_by_page(
    client: TestClient, archive: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(podcasts, "_SENTENCES", 10)
    episode, total = rows_of(
        archive,
        "SELECT episode_id, n_sentences FROM core.transcripts WHERE is_current ORDER BY n_sentences DESC LIMIT 1",
    )[0]
    found = []
    for offset in range(0, int(str(total)), 10):
        told = client.get(f"/episodes/{episode}", params={"offset": str(offset), "as": "json"}).json()[
            "transcript"
        ]
        found += [sentence["number"] for turn in told for sentence in turn["sentences"]]
    assert found == list(range(int(str(total))))
    assert f"offset={podcasts.page_of(25)}" == "offset=20"
    assert "more →" in client.get(f"/episodes/{episode}").text


def test_samples_mask_addresses_and_numbers(client: TestClient) -> None:
    text = client.get("/datasets/core.sentences").text + client.get("/datasets/core.turns").text
    assert MAIL not in text
    assert "7946 0958" not in text


def test_a_formula_is_no_formula_in_csv(client: TestClient) -> None:
    answer = client.get(
        "/sql", params={"q": "SELECT '=1+1' AS a, -1 AS b", "as": "csv", "table_of": "answer"}
    )
    assert answer.text.splitlines()[1] == "'=1+1,-1"


@pytest.mark.parametrize(
    "path",
    [
        "/runs/none",
        "/checks/core.turns/none",
        "/datasets/none",
        "/datasets/quality.lake_version",
        "/quarantine/none",
        "/incidents/none",
        "/podcasts/none",
        "/episodes/none",
        "/analytics/none",
        "/nowhere",
        "/checks/none",
    ],
)
def test_what_is_not_there_is_a_404_that_says_so(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "There is no" in answer.text or "there is no" in answer.text


def test_a_search_finds_sentences_and_leads_to_where_they_are_said(
    client: TestClient, archive: Settings
) -> None:
    Searcher(archive).follow()
    answer = client.get("/search", params={"q": "sourdough", "as": "json"}).json()["tables"]["hits"]
    sql = "SELECT count(*) FROM core.sentences JOIN core.transcripts USING (transcript_id) WHERE is_current AND text ILIKE '%sourdough%'"
    assert len(answer) == one(archive, sql)
    text = client.get("/search", params={"q": "sourdough"}).text
    assert "<mark>sourdough</mark>" in text.lower()
    place = next(address for address in Links(text).found if address.startswith("/episodes/"))
    path, _, anchor = place.partition("#")
    assert f'id="{anchor}"' in client.get(path).text


def test_a_search_that_makes_no_sense_says_so(client: TestClient, archive: Settings) -> None:
    Searcher(archive).follow()
    assert "is no year" in client.get("/search", params={"q": "bread", "year": "x"}).text
    assert "No sentence has them" in client.get("/search", params={"q": "qwertyuiopp"}).text


def test_a_first_search_makes_the_index_beside(archive: Settings, tmp_path: Path) -> None:
    lake = Path(shutil.copytree(archive.lake, tmp_path / "lake"))
    shutil.rmtree(lake / "search", ignore_errors=True)
    with TestClient(application(load(lake=lake))) as fresh:
        assert "index is being made" in fresh.get("/search", params={"q": "bread"}).text
        deadline = time.monotonic() + 60
        while "<mark>" not in fresh.get("/search", params={"q": "bread"}).text:
            assert time.monotonic() < deadline
            time.sleep(0.2)


@needs_model
def test_passages_about_a_text_need_vectors_and_lead_to_where_they_are_said(
    archive: Settings, tmp_path: Path
) -> None:
    settings = load(lake=shutil.copytree(archive.lake, tmp_path / "lake"))
    asked = {"about": "baking at home", "as": "json"}
    with TestClient(application(settings)) as fresh:
        assert "podlake search --vectors" in fresh.get("/search", params={"about": "baking at home"}).text
        embed_passages(settings)
        passages = fresh.get("/search", params=asked).json()["tables"]["hits"]
        assert len(passages) == one(settings, "SELECT least(count(*), 20) FROM core.vectors")
        assert passages[0]["podcast"] == "bread-and-circuits"
        text = fresh.get("/search", params={"about": "baking at home"}).text
        place = next(address for address in Links(text).found if address.startswith("/episodes/"))
        path, _, anchor = place.partition("#")
        assert f'id="{anchor}"' in fresh.get(path).text
