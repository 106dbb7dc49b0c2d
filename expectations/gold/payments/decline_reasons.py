"""gold.decline_reasons: what may be recovered is part of what was declined, and follows from the advice."""

from __future__ import annotations

from expectations.check import all_of, always
from expectations.shared import CURRENCY, FRESH

CHECKS = (
    CURRENCY,
    all_of(
        "recoverable_follows",
        {
            "recoverable_count": "recoverable_count = case when advice in ('try_again_later', 'confirm_card_data') "
            "then declines_count else 0 end",
            "recoverable_minor": "recoverable_minor = case when advice in ('try_again_later', 'confirm_card_data') "
            "then declines_minor else 0 end",
        },
        "What another attempt may overcome follows from the advice.",
    ),
    always("declines_counted", "declines_count > 0", "A row is of at least one decline."),
    always(
        "declined_by_known",
        "declined_by in ('issuer', 'unknown')",
        "What was blocked before the network is no decline of an issuer.",
    ),
    FRESH,
)
