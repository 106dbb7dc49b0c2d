"""Objects of payments by the beginning of their ids: where they are, and which of their columns are looked at.

What is not named here is never read: no text that people wrote, no token of personal data, no card, no address.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyspark.sql import functions as F  # noqa: N812

from pipelines.errors import SettingsError
from pipelines.metrics.shared.names import quoted

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse

Row = Mapping[str, Any]

MOST = 50
"""Objects of one kind that are looked at for one question; the newest."""

LONGEST = 100
"""Characters of an id."""


@dataclass(frozen=True)
class Kind:
    """A kind of object.

    Attributes:
        name: what people call it.
        table: of its current states.
        id: column of its id.
        columns: what is looked at besides account, id, currency and times: names with blanks between them.
        history: table of its versions; None where only the current one is kept.
    """

    name: str
    table: str
    id: str
    columns: str
    history: str | None = None
    has_currency: bool = True

    @property
    def read(self) -> tuple[str, ...]:
        """The columns that are read."""
        currency = ("currency",) if self.has_currency else ()
        return (
            "account",
            self.id,
            "created_at",
            "occurred_at",
            "version",
            "livemode",
            *currency,
            *self.columns.split(),
        )


CHARGE = Kind(
    "charge",
    "silver.charges",
    "charge_id",
    "amount_minor amount_captured_minor amount_returned_minor status is_captured is_disputed "
    "is_authorized is_issuer_declined is_blocked decline_reason failure_code advice_code "
    "outcome_type outcome_reason risk_level risk_score outcome_rule_id payment_method_type "
    "card_network three_d_secure_result payment_intent_id customer_id invoice_id "
    "balance_transaction_id",
    "silver.charge_history",
)
INTENT = Kind(
    "payment intent",
    "silver.payment_intents",
    "payment_intent_id",
    "amount_minor status canceled_at cancellation_reason capture_method last_error_code "
    "last_error_decline_code latest_charge_id customer_id invoice_id",
)
REFUND = Kind(
    "refund",
    "silver.refunds",
    "refund_id",
    "amount_minor status reason failure_reason charge_id payment_intent_id balance_transaction_id "
    "destination_type",
)
DISPUTE = Kind(
    "dispute",
    "silver.disputes",
    "dispute_id",
    "amount_minor status reason is_inquiry is_chargeback is_closed evidence_due_at submission_count "
    "charge_id balance_transaction_id",
    "silver.dispute_history",
)
WARNING = Kind(
    "early fraud warning",
    "silver.early_fraud_warnings",
    "early_fraud_warning_id",
    "fraud_type is_actionable charge_id",
    has_currency=False,
)
REVIEW = Kind(
    "review",
    "silver.reviews",
    "review_id",
    "is_open opened_reason closed_reason charge_id",
    has_currency=False,
)
MOVEMENT = Kind(
    "balance transaction",
    "silver.balance_transactions",
    "balance_transaction_id",
    "amount_minor fee_minor net_minor type status available_at source_id",
)
PAYOUT = Kind(
    "payout",
    "silver.payouts",
    "payout_id",
    "amount_minor status arrival_date is_automatic method failure_code original_payout_id "
    "reversed_by_id destination_type",
)
INVOICE = Kind(
    "invoice",
    "silver.invoices",
    "invoice_id",
    "amount_due_minor amount_paid_minor amount_remaining_minor status billing_reason attempt_count "
    "next_payment_attempt_at finalized_at paid_at voided_at marked_uncollectible_at due_at customer_id "
    "subscription_id charge_id payment_intent_id",
)
SUBSCRIPTION = Kind(
    "subscription",
    "silver.subscriptions",
    "subscription_id",
    "status unit_amount_minor quantity interval interval_count current_period_end_at trial_end_at "
    "cancel_at canceled_at ended_at cancellation_reason customer_id",
    "silver.subscription_history",
)
CUSTOMER = Kind(
    "customer",
    "silver.customers",
    "customer_id",
    "is_deleted is_delinquent",
)

PREFIXES: Mapping[str, Kind] = {
    "ch_": CHARGE,
    "py_": CHARGE,
    "pi_": INTENT,
    "re_": REFUND,
    "pyr_": REFUND,
    "du_": DISPUTE,
    "dp_": DISPUTE,
    "po_": PAYOUT,
    "in_": INVOICE,
    "sub_": SUBSCRIPTION,
    "cus_": CUSTOMER,
}


def kind_of(id: str) -> Kind:
    """The kind of an object, by its id.

    Raises:
        SettingsError: no timeline is told of such a thing.
    """
    found = next((kind for prefix, kind in PREFIXES.items() if id.startswith(prefix)), None)
    if found is None or len(id) > LONGEST or not id.replace("_", "").isalnum():
        raise SettingsError(
            f"{quoted(id)} is no id of these: {', '.join(f'{prefix}…' for prefix in PREFIXES)}"
        )
    return found


@dataclass(frozen=True)
class Reader:
    """Reads objects of an account, or of all where it is None, from the tables of a release."""

    lake: Lakehouse
    account: str | None = None

    def found(self, kind: Kind, column: str, ids: Iterable[str | None]) -> list[Row]:
        """The current states of objects with one of some ids in a column, the newest last."""
        return self._rows(kind.table, kind.read, column, ids)[-MOST:]

    def versions(self, kind: Kind, ids: Iterable[str]) -> dict[str, list[Row]]:
        """Every version of some objects, oldest first; only the current one where no others are kept."""
        found: dict[str, list[Row]] = {}
        for row in self._rows(kind.history or kind.table, kind.read, kind.id, ids):
            found.setdefault(row[kind.id], []).append(row)
        return found

    def payouts_of(self, movements: Sequence[Row]) -> list[Row]:
        """The payouts that pay some movements, with the movements."""
        columns = ("account", "payout_id", "balance_transaction_id")
        ids = [row["balance_transaction_id"] for row in movements]
        return self._rows("gold.payouts_itemized", columns, "balance_transaction_id", ids)

    def payments_of(self, invoices: Sequence[str]) -> list[Row]:
        """What pays some invoices, since invoices do not say so themselves."""
        columns = ("account", "invoice_id", "charge_id", "payment_intent_id")
        return self._rows("silver.invoice_payments", columns, "invoice_id", invoices)

    def items_of(self, payout: str) -> list[Row]:
        """What a payout pays, by category."""
        rows = self._chosen("gold.payouts_itemized", "payout_id", [payout])
        summed = rows.groupBy("reporting_category", "currency").agg(
            F.count(F.lit(1)).alias("movements"), F.sum("net_minor").alias("net_minor")
        )
        found: list[Row] = summed.orderBy("reporting_category").toArrow().to_pylist()
        return found

    def _rows(self, table: str, columns: Sequence[str], column: str, ids: Iterable[str | None]) -> list[Row]:
        wanted = sorted({id for id in ids if id})
        if not wanted:
            return []
        rows = self._chosen(table, column, wanted).select(*columns)
        found: list[Row] = rows.toArrow().to_pylist()
        return sorted(found, key=lambda row: (str(row.get("created_at")), str(row.get("version"))))

    def _chosen(self, table: str, column: str, ids: Sequence[str]) -> Any:
        rows = self.lake.table(table).filter(F.col(column).isin(list(ids)))
        return rows.filter(F.col("account") == self.account) if self.account else rows
