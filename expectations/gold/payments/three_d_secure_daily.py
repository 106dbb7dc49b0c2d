"""gold.three_d_secure_daily: every attempt with 3D Secure has one result, and parts are within wholes."""

from __future__ import annotations

from expectations.check import all_of, always
from expectations.shared import CURRENCY, FRESH

CHECKS = (
    CURRENCY,
    always(
        "results_add_up",
        "authenticated_count + acknowledged_count + exempted_count + failed_count + not_supported_count + error_count"
        " + untold_count = tried_count",
        "Every attempt with 3D Secure has one result.",
    ),
    all_of(
        "parts_within",
        {
            "tried_count": "tried_count <= attempts_count",
            "tried_minor": "tried_minor <= attempts_minor",
            "authorized_count": "authorized_count <= attempts_count",
            "tried_authorized_count": "tried_authorized_count + tried_declined_count <= tried_count",
            "challenged_count": "challenged_count + frictionless_count <= tried_count",
            "challenged_authenticated_count": "challenged_authenticated_count <= challenged_count",
            "shifted_count": "shifted_count <= tried_authorized_count",
            "shifted_minor": "shifted_minor <= authorized_minor",
        },
        "Parts are within their wholes.",
    ),
    always(
        "unfinished_of_no_card",
        "unfinished_count = 0 or network = 'unknown'",
        "Of an authentication that was not finished no card is known.",
    ),
    FRESH,
)
