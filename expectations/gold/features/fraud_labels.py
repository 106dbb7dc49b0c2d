"""gold.fraud_labels: a label says what its source and its times say."""

from __future__ import annotations

from expectations.check import all_of, always
from expectations.shared import CURRENCY, DATE_FOLLOWS

CHECKS = (
    CURRENCY,
    DATE_FOLLOWS,
    all_of(
        "label_follows",
        {
            "fraud_source": "(label = 'fraud') = (fraud_source is not null)",
            "fraud_sources": "(label = 'fraud') = (fraud_sources is not null)",
            "label_known_at": "(label = 'unknown') = (label_known_at is null)",
            "matures_at": "label <> 'legitimate' or label_known_at = matures_at",
        },
        "A label has a time unless it is unknown, a fraud has a source, and a legitimate payment is known when mature.",
    ),
    always(
        "first_among_all",
        "fraud_sources like concat('%', fraud_source, '%')",
        "What said first that a payment was fraud is among all that say so.",
    ),
    always(
        "known_after_payment",
        "label_known_at >= created_at",
        "Nothing is known of a payment before it was made.",
    ),
    always("matures_after_payment", "matures_at > created_at", "A payment matures after it was made."),
    always(
        "friendly_is_no_fraud", "not is_friendly or label <> 'fraud'", "Friendly fraud is not labelled fraud."
    ),
)
