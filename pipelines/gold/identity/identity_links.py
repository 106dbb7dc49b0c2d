"""gold.identity_links: what several people share that one person should have alone, and who has several of it."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.measures import live, text
from pipelines.frames.united import united
from pipelines.gold.shared.contract import ACCOUNT, count
from pipelines.gold.shared.recipe import Whole
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

HUB_PEOPLE = 20
"""People from which on a network says nothing of them: that of an airport, a company, a mobile carrier."""

PAYMENT_DAYS = 365
"""Days of payments, to the newest, whose cards and networks are looked at: an address is somebody else's by then, and
what is read does not grow with the years. Verified identities count however old they are."""

DOCUMENT, PERSON, CUSTOMER, CARD, NETWORK = "document", "person", "customer", "card", "network"

TABLE = Table(
    name="gold.identity_links",
    doc=(
        "One row per account and thing that links people: a document, a customer, a card or a network that several people "
        "have, and a person who has several documents or customer ids. A person is who was verified, by name and day of "
        "birth; else whoever has an email address; else a customer. What it links is found in silver by the value of "
        f"shared. Of cards and networks the payments of the newest {PAYMENT_DAYS} days count."
    ),
    key=("account", "link", "shared"),
    columns=(
        ACCOUNT,
        Column("link", "string", "What links them.", required=True, known=(DOCUMENT, PERSON, CUSTOMER, CARD, NETWORK)),
        Column("shared", "string", "The thing itself, as silver has it: the token of a document's number or of a person, a customer's id, a card's fingerprint, a network.", required=True, identifies=True),
        count("people_count", "Different people; 1 of a person."),
        count("customers_count", "Different customer ids among them."),
        count("documents_count", "Different documents: of a person, or of a customer; 1 of a document, 0 of cards and networks."),
        count("document_kinds_count", "Different kinds of these documents, such as a passport of Spain; with fewer kinds than documents somebody has two of a kind."),
        count("uses_count", "Verified reports, or payments and attempts, that the link was found in."),
        Column("first_at", "timestamp", "The first of these.", required=True),
        Column("last_at", "timestamp", "The last of these.", required=True),
        Column("is_hub", "boolean", f"A network of more than {HUB_PEOPLE} people, which says nothing of them.", required=True),
    ),
)  # fmt: skip

REPORTS = "silver.verification_reports"
SESSIONS = "silver.verification_sessions"
CHARGES = "silver.charges"


def build(now: Mapping[str, DataFrame]) -> DataFrame:
    """All rows: what is linked is counted where it is shared, so that nobody is ever joined with anybody."""
    known = _verified(now)
    paid = _payments(now[CHARGES], known)
    shared = (
        (known, DOCUMENT, "document"),
        (known, PERSON, "person"),
        (known, CUSTOMER, "customer_id"),
        (paid, CARD, "card_fingerprint"),
        (paid, NETWORK, "ip_address_network"),
    )
    return united(_links(*one) for one in shared).select(*TABLE.column_names)


def _verified(now: Mapping[str, DataFrame]) -> DataFrame:
    """The documents of verified reports, one a row, each with whom it says it is of and the customer who showed it."""
    reports = live(now[REPORTS]).filter("is_verified")
    asked = live(now[SESSIONS]).select("account", "verification_session_id", text("customer_id"))
    of_register = F.when(F.col("id_number").isNotNull(), F.col("id_number_type"))
    of_document = F.concat_ws(" ", "document_country", "document_type")
    both = [
        reports.select(
            "account",
            "verification_session_id",
            text("person"),
            text(number, "document"),
            F.when(F.col(number).isNotNull(), kind).alias("kind"),
            text("verification_report_id", "use_id"),
            "created_at",
        )
        for number, kind in (("document_number", of_document), ("id_number", of_register))
    ]
    told = united(both).join(asked, ["account", "verification_session_id"], "left")
    return told.withColumn("who", F.coalesce("person", "customer_id"))


def _payments(charges: DataFrame, known: DataFrame) -> DataFrame:
    """Payments and attempts of the newest days, each with who made it."""
    made = live(charges)
    [last] = made.agg(F.max("created_date")).collect()
    recent = (
        made.filter(F.col("created_date") > F.lit(last[0] - timedelta(PAYMENT_DAYS))) if last[0] else made
    )
    people = known.filter("person is not null and customer_id is not null").groupBy("account", "customer_id")
    named = recent.join(people.agg(F.min("person").alias("person")), ["account", "customer_id"], "left")
    nothing = {name: F.lit(None).cast("string") for name in ("document", "kind")}
    who = {
        "who": F.coalesce("person", "billing_email", "receipt_email", "customer_id"),
        "use_id": F.col("charge_id"),
    }
    return named.withColumns({**nothing, **who})


def _links(rows: DataFrame, link: str, by: str) -> DataFrame:
    """What a column's values link: several people, or of a person several documents or customers."""
    different = {
        "people": "who",
        "customers": "customer_id",
        "documents": "document",
        "document_kinds": "kind",
        "uses": "use_id",
    }
    counts = (F.countDistinct(column).alias(f"{name}_count") for name, column in different.items())
    times = (F.min("created_at").alias("first_at"), F.max("created_at").alias("last_at"))
    things = rows.filter(F.col(by).isNotNull()).withColumn("thing", F.col(by))
    differ = [
        F.min(one) < F.max(one) for one in (("document", "customer_id") if link == PERSON else ("who",))
    ]
    # First which things link anything, by what costs little a thing, and then how many of these few: the embedded engine
    # sets tens of kilobytes aside for each group whose distinct values it counts.
    linking = things.groupBy("account", "thing").agg(reduce(or_, differ).alias("several")).filter("several")
    of = things.join(linking, ["account", "thing"], "left_semi").groupBy("account", "thing")
    is_hub = F.lit(link == NETWORK) & (F.col("people_count") > HUB_PEOPLE)
    told = {"account": text("account"), "link": F.lit(link), "shared": text("thing"), "is_hub": is_hub}
    return of.agg(*counts, *times).withColumns(told).drop("thing")


RECIPE = Whole(TABLE, inputs=(REPORTS, SESSIONS, CHARGES), build=build)
