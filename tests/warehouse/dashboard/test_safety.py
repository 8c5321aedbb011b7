"""Who may ask the dashboard, what for, and what he never gets."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.warehouse.dashboard.serving import served
from warehouse.dashboard.app import application
from warehouse.dashboard.pages import sql
from warehouse.dashboard.routes import ROUTES
from warehouse.settings import Settings

STRANGE = st.one_of(
    st.text(max_size=40), st.sampled_from(["..", "%2e%2e", "'; DROP TABLE x; --", "\x00", "a" * 5000])
)


@pytest.fixture(scope="module")
def guarded(archive: Settings) -> Iterator[TestClient]:
    app = application(archive, hosts={"localhost"}, token="secret-token")  # noqa: S106  of this test
    with TestClient(app, base_url="http://localhost", follow_redirects=False) as client:
        yield client


def test_every_answer_forbids_scripts_frames_and_other_hosts(client: TestClient) -> None:
    for path in ("/", "/nowhere", "/static/style.css", "/health", "/datasets?as=json"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "script-src" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_but_reading(client: TestClient, method: str) -> None:
    assert client.request(method, "/runs").status_code == 405


def test_a_host_that_is_not_ours_is_refused(guarded: TestClient) -> None:
    answer = guarded.get("/", headers={"host": "rebound.example", "authorization": "Bearer secret-token"})
    assert answer.status_code == 421


def test_without_the_token_nothing_is_shown(guarded: TestClient) -> None:
    for path in ("/", "/static/style.css", "/nowhere", "/runs?as=json", "/?token=wrong", "/?token=ä"):
        answer = guarded.get(path)
        assert answer.status_code == 401
        assert "podlake dashboard prints it" in answer.text


def test_the_token_moves_from_the_address_to_a_cookie(guarded: TestClient) -> None:
    answer = guarded.get("/runs?offset=0&token=secret-token")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/runs?offset=0"
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=lax" in answer.headers["set-cookie"]
    assert guarded.get("/runs").status_code == 200
    guarded.cookies.clear()
    assert guarded.get("/runs", headers={"authorization": "Bearer secret-token"}).status_code == 200


def test_no_address_leads_to_another_host(guarded: TestClient) -> None:
    answer = guarded.get("//evil.example/%2e%2e?token=secret-token")
    assert answer.headers.get("location", "/").startswith("/")
    assert not answer.headers.get("location", "/").startswith("//")


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2f..%2flake.py",
        "/static//etc/passwd",
        "/static/%00",
        "/datasets/..%2f..%2fetc",
        "/../../etc/passwd",
    ],
)
def test_no_path_leads_out_of_the_pages(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in {400, 404}
    assert "root:" not in answer.text
    assert "from __future__" not in answer.text


def test_too_long_an_address_is_refused(client: TestClient) -> None:
    assert client.get("/sql", params={"q": "x" * 9_000}).status_code == 414
    assert "4,000 characters" in client.get("/sql", params={"q": "SELECT " + "1" * 4_100}).text


def test_no_other_site_may_ask_statements(client: TestClient) -> None:
    asked = {"q": "SELECT 1"}
    for site, status in (("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)):
        assert client.get("/sql", params=asked, headers={"sec-fetch-site": site}).status_code == status


def test_other_sites_may_link_to_pages_but_not_load_them(client: TestClient) -> None:
    for mode, status in (("no-cors", 403), ("cors", 403), ("navigate", 200)):
        headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": mode}
        assert client.get("/search", params={"about": "bread"}, headers=headers).status_code == status
        assert client.get("/podcasts", headers=headers).status_code == status


def test_odd_answers_are_shown(client: TestClient) -> None:
    odd = "SELECT 'nan'::DOUBLE AS score, 1.0::DOUBLE / 0 AS x_s, 1 AS a, 2 AS a, 170141183460469231731687303715884105727 AS n_x"
    odd += ", ['nan'::DOUBLE] AS list, MAP {DATE '2024-05-01': 1} AS map"
    for form in ("html", "json", "csv"):
        answer = client.get("/sql", params={"q": odd, "as": form, "table_of": "answer"})
        assert answer.status_code == 200
    assert answer.text.splitlines()[0] == "score,x_s,a,a_2,n_x,list,map"


def test_the_sql_page_is_off_unless_asked_for(guarded: TestClient) -> None:
    answer = guarded.get("/sql?q=SELECT 1", headers={"authorization": "Bearer secret-token"})
    assert answer.status_code == 404
    assert "--sql" in answer.text


ESCAPES = [
    "SELECT 1; SELECT 2",
    "COPY (SELECT 1) TO '{lake}/data/x.parquet'",
    "COPY (SELECT 1) TO '/tmp/x.csv'",
    "DETACH lake",
    "ATTACH ':memory:' AS m",
    "SET memory_limit = '10GB'",
    "RESET lock_configuration",
    "CALL ducklake_expire_snapshots('lake', older_than => now())",
    "FROM ducklake_expire_snapshots('lake', older_than => now() + INTERVAL 1 DAY)",
    "FROM ducklake_cleanup_old_files('lake', cleanup_all => true)",
    "FROM ducklake_delete_orphaned_files('lake', cleanup_all => true)",
    "FROM ducklake_merge_adjacent_files('lake')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "FROM glob('/etc/*')",
    "FROM read_text('{lake}/../podlake.toml')",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SELECT getenv('HOME')",
    "INSERT INTO core.podcasts VALUES ('a', 'b')",
    "WITH x AS (SELECT 1) DELETE FROM core.podcasts",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '/tmp/x.csv'",
    "PRAGMA database_list",
    "CREATE TEMP TABLE t AS SELECT 1",
    "EXPORT DATABASE '/tmp/x'",
    "BEGIN",
    "PREPARE p AS SELECT 1",
]


@pytest.mark.parametrize("statement", ESCAPES)
def test_no_statement_escapes(client: TestClient, archive: Settings, statement: str) -> None:
    before = {path: path.stat().st_mtime_ns for path in archive.lake.rglob("*.parquet")}
    answer = client.get("/sql", params={"q": statement.format(lake=archive.lake), "as": "json"})
    assert answer.status_code == 200
    assert not answer.json()["tables"], answer.text
    assert {path: path.stat().st_mtime_ns for path in archive.lake.rglob("*.parquet")} == before
    assert client.get("/sql", params={"q": "SELECT count(*) AS n FROM core.podcasts", "as": "json"}).json()[
        "tables"
    ]["answer"]


def test_a_statement_that_takes_too_long_is_killed(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql, "LIMITS", replace(sql.LIMITS, seconds=2.0))
    started = time.monotonic()
    endless = "SELECT count(*) FROM range(1000000) AS a, range(1000000) AS b, range(1000000) AS c WHERE a.range + b.range = c.range"
    assert "took too long" in client.get("/sql", params={"q": endless}).text
    assert time.monotonic() - started < 30


@pytest.mark.parametrize(
    "statement",
    [
        f"SELECT {', '.join(f'repeat(chr(38), 4000) AS c{n}' for n in range(60))} FROM range(1000)",
        "SELECT list(range) FROM range(100000000)",
        "SELECT repeat('x', 2000000000)",
        "FROM range(100000)",
    ],
)
def test_no_answer_takes_the_server_more_than_a_little_memory(client: TestClient, statement: str) -> None:
    answer = client.get("/sql", params={"q": statement, "as": "json"})
    assert answer.status_code == 200
    assert len(answer.content) < 3_000_000
    tables = answer.json()["tables"]
    if statement == "FROM range(100000)":
        assert len(tables["answer"]) == 1_000


@examples(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    pattern=st.sampled_from(sorted(ROUTES)),
    parts=st.lists(STRANGE, min_size=2, max_size=2),
    params=st.dictionaries(
        st.one_of(
            st.sampled_from(
                ["offset", "rule", "podcast", "run", "healed", "transcript", "q", "as", "table_of"]
            ),
            st.text(max_size=9),
        ),
        STRANGE,
        max_size=4,
    ),
)
def test_no_address_makes_a_page_fail(
    client: TestClient, pattern: str, parts: list[str], params: dict[str, str]
) -> None:
    path = pattern
    for name, value in zip(re.findall(r"{\w+}", pattern), parts, strict=False):
        path = path.replace(name, quote(value, safe="") or "x")
    asked = urlencode(params, errors="replace")
    answer = client.get(f"{path}?{asked}")
    assert answer.status_code in {200, 400, 404, 414, 307}, (path, asked, answer.text)


def test_a_slow_client_holds_up_nobody_and_is_cut_off(archive: Settings, tmp_path: Path) -> None:
    with served(archive, tmp_path) as address:
        host, port = address.removeprefix("http://").rstrip("/").split(":")
        slow = [socket.create_connection((host, int(port))) for _ in range(20)]
        for one in slow:
            one.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        late = socket.create_connection((host, int(port)))
        late.settimeout(60)
        late.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert late.recv(4096)
        late.sendall(b"G")
        slow.append(late)
        with httpx.Client(base_url=address) as client:
            started = time.monotonic()
            assert client.get("/health").status_code == 200
            assert time.monotonic() - started < 5
        deadline = time.monotonic() + 30
        for one in slow:
            one.settimeout(max(deadline - time.monotonic(), 0.1))
            while one.recv(4096):
                pass
            one.close()
