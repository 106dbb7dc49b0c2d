"""silver.coupons: a coupon takes something off."""

from __future__ import annotations

from expectations.check import always

CHECKS = (
    always(
        "takes_something_off",
        "is_deleted or percent_off is not null or amount_off_minor is not null",
        "A coupon takes an amount or a share off.",
        "warning",
    ),
    always(
        "percent_within_100",
        "percent_off <= 100",
        "No coupon takes more off than all.",
        "warning",
    ),
    always(
        "redeemed_within_limit",
        "times_redeemed <= max_redemptions",
        "No coupon is used more often than it may be.",
        "warning",
    ),
)
