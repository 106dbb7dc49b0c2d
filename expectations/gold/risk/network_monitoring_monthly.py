"""gold.network_monitoring_monthly: lines and what is said of them follow from the figures."""

from __future__ import annotations

from expectations.check import all_of, always

CHECKS = (
    always("first_of_month", "date = trunc(date, 'month')", "A month is named by its first day."),
    all_of(
        "known_days_in_month",
        {
            "known_until": "known_until between date and last_day(date)",
            "is_complete": "is_complete = (known_until = last_day(date))",
            "crossed_on": "crossed_on between date and last_day(date)",
        },
        "What is known, and when a line is crossed, lies within the month.",
    ),
    all_of(
        "figures_follow",
        {
            "numerator": "numerator = case unit when 'count' then cases_count else cases_usd_minor end",
            "denominator": "unit <> 'count' or denominator = payments_count",
            "headroom": "headroom = line - numerator",
            "other_currency_cases_count": "other_currency_cases_count <= cases_count",
        },
        "What is compared is the number, or the amount, of the cases and payments.",
    ),
    all_of(
        "projection_in_order",
        {
            "projected_low": "projected_low between numerator and coalesce(projected_high, projected_low)",
            "projected_denominator": "projected_denominator >= denominator",
            "is_complete": "not is_complete or projected_numerator = numerator",
        },
        "A month's end has at least what it has so far, and a month that is over has no other end.",
    ),
    all_of(
        "status_follows",
        {
            "reached": "status <> 'reached' or headroom <= 0",
            "unknown_region": "(status = 'unknown_region') = (line is null)",
            "crossed_on": "(crossed_on is not null) = (status in ('reached', 'expected'))",
            "is_complete": "not is_complete or status not in ('expected', 'possible')",
        },
        "A status says where the cases are in view of the line.",
    ),
    always(
        "no_line_reached",
        "status <> 'reached' or not is_complete or applies_to = 'acquirer'",
        "No account is in a network's monitoring programme.",
        "warning",
    ),
)
