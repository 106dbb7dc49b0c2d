"""What people share is as DuckDB reckons it from silver of chance."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pipelines.gold.shared.recipe import recipe
from tests.pipelines.gold.identity_oracle import RARE
from tests.pipelines.gold.oracle import texts
from tests.pipelines.gold.risk.rows_of_chance import Lake
from tests.pipelines.gold.silver_rows import charge, created

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from silver_rows import Row

GOLD = "gold.identity_links"
START = datetime(2025, 1, 1, tzinfo=UTC)


def moment(chance: random.Random) -> str:
    return (START + timedelta(hours=chance.randrange(500 * 24))).replace(tzinfo=None).isoformat()


def facts(chance: random.Random) -> Row:
    return {
        "account": chance.choice(("acct_a", "acct_b")),
        "livemode": chance.choice((True, True, True, None, False)),
    }


def session(chance: random.Random, number: int) -> Row:
    customer = chance.choice((None, *(f"cus_{n}" for n in range(60))))
    ids = {"verification_session_id": f"vs_{number}", "customer_id": customer}
    return created(moment(chance)) | ids | facts(chance)


def report(chance: random.Random, number: int) -> Row:
    status, face = (
        chance.choice(("verified", "verified", "unverified", None)),
        chance.choice(("verified", None)),
    )
    return created(moment(chance)) | facts(chance) | {
        "verification_report_id": f"vr_{number}", "verification_session_id": f"vs_{chance.randrange(90)}",
        "document_status": status, "selfie_status": face,
        "is_verified": "unverified" not in (status, face) and "verified" in (status, face),
        "document_type": chance.choice(("passport", "id_card")), "document_country": chance.choice(("FR", "US")),
        "document_number": chance.choice((None, *(f"dc_{n}" for n in range(60)))),
        "id_number": chance.choice((None, "dc_cpf_1", "dc_cpf_2")), "id_number_type": "br_cpf",
        "person": chance.choice((None, *(f"id_{n}" for n in range(50)))),
    }  # fmt: skip


def payment(chance: random.Random, number: int) -> Row:
    busy = chance.random() < 0.2
    return charge(f"ch_{number}", moment(chance)) | facts(chance) | {
        "customer_id": chance.choice((None, *(f"cus_{n}" for n in range(60)))),
        "billing_email": chance.choice((None, None, *(f"em_{n}" for n in range(40)))),
        "receipt_email": chance.choice((None, None, "em_1", "em_2")),
        "card_fingerprint": chance.choice((None, *(f"card_{n}" for n in range(300)))),
        "ip_address_network": "busy" if busy else f"net_{chance.randrange(200)}",
    }  # fmt: skip


def test_links_are_as_reckoned_from_silver_of_chance(spark: SparkSession) -> None:
    chance = random.Random(5)
    rows = {
        "silver.verification_sessions": [session(chance, n) for n in range(100)],
        "silver.verification_reports": [report(chance, n) for n in range(200)],
        "silver.charges": [payment(chance, n) for n in range(900)],
    }
    lake = Lake(spark, rows)
    how = recipe(GOLD)
    found = how.whole({name: lake.table(name) for name in how.inputs}, None).toArrow().to_pylist()
    kinds = Counter((row["link"], row["is_hub"]) for row in found)
    assert min(kinds.values()) > 1
    assert {link for link, _ in kinds} == {"document", "person", "customer", "card", "network"}
    assert kinds["network", True] == 2
    assert texts(found) == RARE.reckoned(lake, GOLD)
