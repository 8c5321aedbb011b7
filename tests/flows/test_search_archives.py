"""Queries whose answers are known, on real archives.

They lie beside the checkout as ``shared/archives``; without them these tests are skipped.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flows.lakes import value
from warehouse.search import Query, search
from warehouse.settings import Settings, load

ARCHIVES = Path(__file__).parents[3] / "shared" / "archives"
PODCASTS = (
    "bitcointranscripts",
    "conduit",
    "devtoolsfm",
    "ladybug",
    "lennys",
    "oxide",
    "virtualcoffee",
    "whisperzh",
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not ARCHIVES.is_dir(), reason="the real archives are not beside the checkout"),
]

KNOWN = (
    ("regex cheat sheet blog post", "03-blogging-101.md"),
    ("golden retriever experience equate", "28-when-failure-happens.md"),
    ("how many corgis live", "17-space-and-related-subjects-for-your-productivity.md"),
    ("liquor license in both names", "113-i-assure-you-i-know-who-i-am-with-tiff-arment.md"),
    ("virtual stream deck happy", "3-getting-away-now.md"),
    ('"my e-cash rant"', "lightning-privacy-splice-panel.md"),
    ("outbound peers feeler connections", "tracepoints-and-monitoring-the-bitcoin-network.md"),
    ("crypto that underlies zcash", "mimblewimble-podcast.md"),
    ("placa de video minar", "2019-06-09-ltb-pieter-wuille-jonas-nick.es.md"),
    ("produccion version revisada", "2019-06-09-ltb-pieter-wuille-jonas-nick.es.md"),
    ("95 percent miner consensus speaker:MB", "2021-02-11-matt-corallo-taproot-activation.md"),
    ("incentive insert bugs bounty", "jnewbery-cve-2018-17144-bug.md"),
    ("eat their shoe", "Your questions answered!_transcript.txt"),
    ("kids print architecture manuals t-shirts", "Adventures in Data Corruption_transcript.md"),
    ("recreating human brain speaker:lenny", "marily-nika/transcript.md"),
    ('"early-stage pioneer sellers"', "pete-kazanjy/transcript.md"),
    ("Uber buddy money speaker:annie", "annie-duke/transcript.md"),
    ("elixir metaprogramming runtime", "99.mdx"),
    ("photoshop amazing visual effects", "28.mdx"),
    ('"torch dot histogram"', "makemore3.vtt"),
    ("three MARTA broke theirs", "2_7.srt"),
    ("official term dependency podcast:bitcoin-explained", "the-libsecp256k1-library.md"),
)
MISSPELT = (
    ("commitmant transactons asymetric", "2019-06-24-conner-fromknecht-stephan-livera.md"),
    ("corgsi live genral area", "17-space-and-related-subjects-for-your-productivity.md"),
)


@pytest.fixture(scope="module")
def archives(prefect_server: None, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    del prefect_server
    from flows.ingest import run_ingest  # noqa: PLC0415  Prefect reads its settings when it is imported

    settings = load(lake=tmp_path_factory.mktemp("archives") / "lake")
    run_ingest([str(ARCHIVES / name) for name in PODCASTS], settings)
    return settings


@pytest.mark.parametrize(("words", "path"), [*KNOWN, *MISSPELT])
def test_known_answer_is_the_first_hit(archives: Settings, words: str, path: str) -> None:
    answer = search(archives, Query(words, fuzzy=(words, path) in MISSPELT))
    assert not answer.is_relaxed
    statement = "SELECT DISTINCT path FROM raw.documents WHERE document_id = ?"
    assert value(archives, statement, answer.hits[0].transcript_id).endswith(path)
