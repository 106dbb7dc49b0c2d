"""Hostile files end as faults with clear reasons, and cost the others nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hostile import CONTENTS, charge, line, write_hostile

from pipelines.lakehouse import Lakehouse

pytestmark = pytest.mark.slow

GOOD = 40


def vermeil(home: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from vermeil.cli import main; main()", *command],
        env={**os.environ, "VERMEIL_HOME": str(home), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose raw folder holds hostile files and a good one, after a run with all checks."""
    home = tmp_path_factory.mktemp("attacked")
    write_hostile(home / "raw", home / "outside.ndjson")
    good = b"".join(line(charge(n), n) for n in range(10_000, 10_000 + GOOD))
    (home / "raw" / "good.ndjson").write_bytes(good)
    found = vermeil(home, "run", "--json")
    assert "Traceback" not in found.stderr, found.stderr[-3000:]
    (home / "run.json").write_text(found.stdout)
    return home


def test_the_batch_is_published_and_only_what_cannot_be_taken_in_is_named(attacked: Path) -> None:
    said = json.loads((attacked / "run.json").read_text())
    notices = " ".join(said["notices"])
    assert (
        "bomb.ndjson.gz: could not be read to its end: it expands to more than 250 times its size" in notices
    )
    assert "link_out.ndjson: ignored, a link that leads out of the raw folder" in notices
    assert "pipe.ndjson: ignored, not a regular file" in notices
    assert [outcome["table"] for outcome in said["failed"]] == ["bronze.records"]
    assert not [outcome for outcome in said["failed"] if outcome["status"] != "published"]


def test_every_record_is_accounted_for(attacked: Path) -> None:
    found = json.loads(vermeil(attacked, "audit", "--json").stdout)
    assert found["balanced"]
    assert {file["file"] for file in found["files"]} >= CONTENTS.keys() - {"bomb.ndjson.gz"}
    assert "link_out.ndjson" not in {file["file"] for file in found["files"]}


def test_good_records_are_where_they_belong_and_bad_ones_have_their_reason(attacked: Path) -> None:
    with Lakehouse.open(attacked) as lake:
        held = {
            row[0]: row[1] for row in lake.sql("select charge_id, amount_minor from silver.charges").collect()
        }
        refused = {
            (row[0], row[1]) for row in lake.sql("select file, reason from silver.quarantine").collect()
        }
    assert {f"ch_{n}" for n in range(10_000, 10_000 + GOOD)} <= held.keys()
    assert held["ch_900"] == 100
    reasons = {name: {reason for file, reason in refused if file == name} for name in CONTENTS}
    assert reasons["deep.ndjson"] == reasons["deep_within.ndjson"] == {"nested more than 100 levels deep"}
    assert not reasons["wide.ndjson"] | reasons["keys.ndjson"]
    assert len(reasons["not_text.ndjson"]) >= 2
    assert any("amount_minor" in reason for reason in reasons["huge_amounts.ndjson"])


def test_what_people_see_is_text_and_not_code(attacked: Path) -> None:
    for command in (["quarantine"], ["tables"], ["status"], ["audit"]):
        shown = vermeil(attacked, *command)
        assert "Traceback" not in shown.stderr
        assert "\x1b]0;owned" not in shown.stdout
    assert "[bold].ndjson" in vermeil(attacked, "audit", "--json").stdout
    written = vermeil(attacked, "report")
    page = Path(written.stdout.strip()).read_text(encoding="utf-8")
    assert "<script>alert(" not in page
    assert "<img src=x" not in page


def test_a_query_is_data_too(attacked: Path) -> None:
    found = vermeil(attacked, "sql", "drop table gold.payments_daily")
    assert found.returncode == 2
    assert "Traceback" not in found.stderr
    assert vermeil(attacked, "sql", "select count(*) from gold.payments_daily").returncode == 0
