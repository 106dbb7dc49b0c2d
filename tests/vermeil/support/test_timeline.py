"""What a timeline says of a payment, and what it keeps to itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from pipelines.errors import LakehouseError, SettingsError
from tests.vermeil.cli.running import as_json, vermeil
from tests.vermeil.support.paid import CANARY, filled
from vermeil.support.declines import BLOCKED, GENERIC, SUSPICIOUS, TOLD, explained, told
from vermeil.support.objects import PREFIXES
from vermeil.support.timeline import Timeline, timeline

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from pipelines.lakehouse import Lakehouse

IDS = ("ch_taken", "pi_1", "re_1", "dp_1", "ch_blocked", "ch_waiting", "po_1", "in_1", "sub_1", "cus_1")


@pytest.fixture(scope="module")
def paid(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Iterator[Lakehouse]:
    yield from filled(tmp_path_factory.mktemp("paid"), spark)


def said(found: Timeline) -> list[tuple[str, str, str]]:
    return [(f"{one.at:%m-%d}", one.id, one.said) for one in found.entries]


def test_a_payment_from_its_first_attempt_to_the_bank(paid: Lakehouse) -> None:
    assert said(timeline(paid, "ch_taken")) == [
        ("03-01", "pi_1", "A payment of 50.00 USD was begun."),
        ("03-01", "ch_first", "A payment of 50.00 USD by card was tried."),
        ("03-01", "ch_first", "The bank declined it: reason stolen_card, which the customer is never told; it should "
         "not be tried again with this card."),
        ("03-01", "ch_poor", "A payment of 50.00 USD by card was tried."),
        ("03-01", "ch_poor", "The bank declined it: reason insufficient_funds; another attempt may succeed later."),
        ("03-01", "ch_taken", "A payment of 50.00 USD by card was tried."),
        ("03-01", "pi_1", "It succeeded."),
        ("03-01", "txn_taken", "The balance changed by 48.25 USD (charge of 50.00 USD, fees 1.75 USD); it can be paid "
         "out from 2026-03-03."),
        ("03-01", "ch_taken", "The bank authorized it; risk normal (12 of 100)."),
        ("03-01", "ch_taken", "50.00 USD was taken."),
        ("03-03", "po_1", "A payout of 48.25 USD was made, expected at the bank on 2026-03-05."),
        ("03-03", "po_1", "It is paid."),
        ("03-03", "po_1", "It holds 1 of charge, together 48.25 USD after fees."),
        ("03-05", "ch_taken", "Of it 10.00 USD is given back in all."),
        ("03-05", "re_1", "A refund of 10.00 USD was made (fraudulent)."),
        ("03-05", "re_1", "It went through: banks show it some days later, or never show the payment."),
        ("03-18", "issfr_1", "The network warned of fraud (made_with_stolen_card): a refund averts nothing any more."),
        ("03-20", "ch_taken", "It is contested at the bank, or the bank asks about it."),
        ("03-20", "dp_1", "40.00 USD was contested at the bank, as fraudulent."),
        ("03-20", "dp_1", "The bank took the money back; evidence can be given until 2026-04-04."),
        ("05-01", "dp_1", "It was decided for the customer."),
        ("05-01", "dp_1", "Evidence was sent to the bank."),
    ]  # fmt: skip


@pytest.mark.parametrize("id", ["pi_1", "re_1", "dp_1", "ch_first"])
def test_whatever_is_asked_for_the_whole_payment_is_told(paid: Lakehouse, id: str) -> None:
    assert said(timeline(paid, id)) == said(timeline(paid, "ch_taken"))


@pytest.mark.parametrize("id", IDS)
def test_nothing_personal_is_told(paid: Lakehouse, id: str) -> None:
    assert CANARY not in json.dumps(timeline(paid, id).as_json(), default=str)


@pytest.mark.parametrize("id", IDS)
def test_a_customer_is_never_told_of_fraud(paid: Lakehouse, id: str) -> None:
    shown = json.dumps(timeline(paid, id).for_customers().as_json(), default=str).lower()
    for word in (
        "fraud",
        "stolen",
        "lost_card",
        "risk",
        "rule",
        "secret",
        "warn",
        "highest",
        "review",
        "advice",
    ):
        assert word not in shown


def test_why_it_was_declined(paid: Lakehouse) -> None:
    answers = {one.question: one for one in timeline(paid, "ch_taken").answers}
    stolen = answers["Why was ch_first (50.00 USD) not taken?"]
    assert "stolen_card" in stolen.said
    assert stolen.told == GENERIC
    poor = answers["Why was ch_poor (50.00 USD) not taken?"]
    assert poor.told == TOLD["insufficient_funds"]
    [blocked] = timeline(paid, "ch_blocked").answers
    assert "rule_secret_velocity" in blocked.said
    assert blocked.told == BLOCKED


def test_when_it_is_paid_out(paid: Lakehouse) -> None:
    answers = {one.question: one.said for one in timeline(paid, "ch_taken").answers}
    assert answers["When is the money of ch_taken paid out?"] == (
        "48.25 USD is in the payout po_1, which was sent, and due at the bank on 2026-03-05."
    )
    [payout] = timeline(paid, "po_1").answers
    assert payout.question == "When does po_1 arrive?"
    assert payout.told == "48.25 USD: it was sent, and due at the bank on 2026-03-05."
    [unknown] = timeline(paid, "ch_twice", "acct_a").answers
    assert unknown.said == "No movement of the balance is known of it yet, and so no day."
    [waiting] = timeline(paid, "ch_waiting").answers
    assert waiting.said == (
        "670 JPY can be paid out from 2026-03-11 on. It is in no known payout yet: its arrival is known once it is."
    )


def test_a_subscription_with_its_invoices(paid: Lakehouse) -> None:
    found = said(timeline(paid, "sub_1"))
    assert [what for _, id, what in found if id == "sub_1"] == [
        "The subscription was made.",
        "It is active.",
        "Its price is now 12.00 USD each month.",
        "It was canceled (payment_disputed).",
        "It is canceled.",
        "It ended.",
    ]
    assert [what for _, id, what in found if id == "in_1"] == [
        "An invoice over 12.00 USD was made.",
        "Of the invoice 12.00 USD is still due after 3 attempts; payment is tried again on 2026-02-09.",
        "The invoice was finalized.",
    ]


def test_a_customer_with_payments_and_subscriptions(paid: Lakehouse) -> None:
    ids = {id for _, id, _ in said(timeline(paid, "cus_1"))}
    assert ids == {"cus_1", "sub_1", "ch_taken", "ch_first", "ch_poor", "re_1", "dp_1", "issfr_1"}


def test_an_id_in_two_accounts_is_asked_back(paid: Lakehouse) -> None:
    with pytest.raises(LakehouseError, match="in several accounts: say which of acct_a, acct_b"):
        timeline(paid, "ch_twice")
    assert timeline(paid, "ch_twice", "acct_b").account == "acct_b"


@pytest.mark.parametrize("id", ["", "ch", "xx_1", "ch_1' or '1'='1", "ch_" + "a" * 200, "ch_\x1b[31m"])
def test_what_is_no_id_is_refused(paid: Lakehouse, id: str) -> None:
    with pytest.raises(SettingsError, match="is no id of these") as refused:
        timeline(paid, id)
    assert "\x1b" not in str(refused.value)


def test_what_is_not_there_is_said(paid: Lakehouse) -> None:
    with pytest.raises(LakehouseError, match="no charge 'ch_nowhere' in the latest release"):
        timeline(paid, "ch_nowhere")


@pytest.mark.parametrize("code", [*sorted(SUSPICIOUS), "do_not_honor", "something_new", None])
def test_reasons_that_are_not_told(code: str | None) -> None:
    assert told(code) == GENERIC
    assert ("never told" in explained(code, None)) == (code in SUSPICIOUS)


def test_every_kind_reads_columns_that_there_are() -> None:
    from pipelines.catalog import all_tables

    for kind in PREFIXES.values():
        for table in filter(None, (kind.table, kind.history)):
            assert set(kind.read) <= set(all_tables()[table].column_names)


def test_the_command_shows_what_the_customer_may_be_told(paid: Lakehouse) -> None:
    home = paid.settings.home
    shown = vermeil("timeline", "ch_blocked", "--home", home).stdout
    assert "rule_secret_velocity" in shown
    assert f"To the customer: {BLOCKED}" in shown
    for_customers = vermeil("timeline", "ch_blocked", "--customer", "--home", home).stdout
    assert "rule_secret_velocity" not in for_customers
    assert BLOCKED in for_customers
    assert as_json("timeline", "ch_blocked", "--home", home)["kind"] == "charge"
    refused = vermeil("timeline", "xx_1", "--home", home)
    assert refused.exit_code == 2
    assert "is no id of these" in refused.stderr
