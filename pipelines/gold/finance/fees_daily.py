"""gold.fees_daily: what taking money costs, by kind of cost and by way to pay.

Fees are those that Stripe's report "Balance change from activity" (docs.stripe.com/reports/balance) has in its column
of fees, and those that it bills as movements of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import Dates, on_dates
from pipelines.frames.measures import count_if, sum_if, total
from pipelines.gold.shared import movements
from pipelines.gold.shared.contract import count, dimension, gold_table, movement
from pipelines.gold.shared.movements import DISPUTE_CATEGORIES, ENRICHED, of
from pipelines.gold.shared.recipe import ByDay
from pipelines.payments.charges import NONE, UNKNOWN
from pipelines.table import Column

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

TABLE = gold_table(
    name="gold.fees_daily",
    doc=(
        "One row per account, settlement currency, day and way to pay. The columns from processing_fees_minor to "
        "other_fees_minor add up to fees_minor. Costs are positive, fees given back negative. Effective rate over "
        "several rows: sum of (fees_minor - application_fees_minor) / sum of charges_minor."
    ),
    day="Day on which the movements were booked, UTC.",
    dimensions=(
        dimension(
            "payment_method_type",
            "Way to pay, such as card; unknown where the payment is not known, none for costs that are of no payment.",
        ),
        dimension(
            "card_network",
            "Card network; unknown where the payment is not known, none where no card was used.",
        ),
    ),
    columns=(
        count("charges_count", "Payments booked (reporting category charge)."),
        movement("charges_minor", "Gross amount of them."),
        movement("processing_fees_minor", "The processor's fees kept back from these payments."),
        movement("dispute_fees_minor", "The processor's fees for disputes."),
        movement(
            "billed_fees_minor", "What the processor bills apart from payments (reporting category fee)."
        ),
        movement("network_costs_minor", "Costs of card networks that are billed apart."),
        movement("application_fees_minor", "The platform's fees kept back."),
        movement("taxes_minor", "Taxes on fees, kept back or billed."),
        movement(
            "other_fees_minor", "All other fees, such as those of refunds, transfers and instant payouts."
        ),
        movement("fees_minor", "All of the above."),
        Column(
            "effective_rate",
            "double",
            "(fees_minor - application_fees_minor) / charges_minor, of this row alone: what processing costs of what "
            "was taken. Null where nothing was taken.",
        ),
    ),
)

_TOLD = (
    "amount_minor", "fee_minor", "stripe_fee_minor", "application_fee_minor", "tax_fee_minor", "other_fee_minor",
    "charge_id", "payment_method_type", "card_network",
)  # fmt: skip


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days of changed movements."""
    del now
    return movements.days_of_changes(changed, _TOLD)


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    of_payment = F.col("charge_id").isNotNull() | of("charge")
    method = F.coalesce("payment_method_type", F.when(of_payment, UNKNOWN).otherwise(NONE))
    network = F.coalesce("card_network", F.when(method == UNKNOWN, UNKNOWN).otherwise(NONE))
    booked = on_dates(now[ENRICHED], "date", dates).withColumns(
        {
            "payment_method_type": method,
            "card_network": network,
            "cost_minor": movements.cost(),
            "billed_minor": -F.col("amount_minor"),
            "processor_minor": F.col("stripe_fee_minor") + F.col("other_fee_minor"),
        }
    )
    sums = booked.groupBy(*TABLE.key).agg(*_figures()).filter("charges_count > 0 or has_fees")
    kept_back = F.col("fees_minor") - F.col("application_fees_minor")
    rate = F.when(
        F.col("charges_minor") > 0, kept_back.cast("double") / F.col("charges_minor").cast("double")
    )
    return sums.withColumn("effective_rate", rate).select(*TABLE.column_names)


def _figures() -> list[Expression]:
    apart = of("charge", *DISPUTE_CATEGORIES)
    billed = {
        name: sum_if(of(category), "billed_minor")
        for name, category in {"billed_fees_minor": "fee", "network_costs_minor": "network_cost"}.items()
    }
    return [
        count_if(of("charge")).alias("charges_count"),
        sum_if(of("charge"), "amount_minor").alias("charges_minor"),
        sum_if(of("charge"), "processor_minor").alias("processing_fees_minor"),
        sum_if(of(*DISPUTE_CATEGORIES), "processor_minor").alias("dispute_fees_minor"),
        *(figure.alias(name) for name, figure in billed.items()),
        total("application_fee_minor").alias("application_fees_minor"),
        (total("tax_fee_minor") + sum_if(of("tax"), "billed_minor")).alias("taxes_minor"),
        sum_if(~apart, "processor_minor").alias("other_fees_minor"),
        total("cost_minor").alias("fees_minor"),
        (count_if(F.col("cost_minor") != 0) > 0).alias("has_fees"),
    ]


RECIPE = ByDay(TABLE, inputs=(ENRICHED,), dates=dates, build=build)
