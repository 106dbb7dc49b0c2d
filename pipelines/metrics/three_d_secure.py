"""Whom 3D Secure asked, who came through, and for which payments it moved the liability."""

from __future__ import annotations

from pipelines.metrics.shared.metric import Subject

_of = Subject("gold.three_d_secure_daily", "payments")

_ASKED = ("challenged_count", "frictionless_count")
_PASSED = ("authenticated_count", "acknowledged_count")

METRICS = (
    _of(
        "three_d_secure_attempts_count",
        "Card attempts with 3D Secure, however it went.",
        "tried_count",
        synonyms=("3ds attempts", "authentications"),
    ),
    _of("three_d_secure_attempts_minor", "Amount of the card attempts with 3D Secure.", "tried_minor"),
    _of(
        "challenge_rate",
        "Attempts with 3D Secure whose cardholder was asked, of those that were challenged or frictionless.",
        "challenged_count",
        _ASKED,
        synonyms=("3ds challenge rate", "challenged share"),
    ),
    _of(
        "frictionless_rate",
        "Attempts with 3D Secure whose cardholder was not asked, of those that were challenged or frictionless.",
        "frictionless_count",
        _ASKED,
        synonyms=("3ds frictionless rate",),
    ),
    _of(
        "challenge_success_rate",
        "Challenged cardholders who were authenticated, of all that were challenged and came to a charge.",
        "challenged_authenticated_count",
        "challenged_count",
    ),
    _of(
        "authentication_completion_rate",
        "Authentications that were passed or acknowledged, of these, those that failed and those not finished.",
        _PASSED,
        (*_PASSED, "failed_count", "error_count", "unfinished_count"),
        synonyms=("3ds completion rate", "3ds completion", "authentication success"),
    ),
    _of(
        "exemption_rate",
        "Attempts with 3D Secure that were exempted, of all with 3D Secure.",
        "exempted_count",
        "tried_count",
        synonyms=("sca exemptions",),
    ),
    _of(
        "secured_authorization_rate",
        "Attempts with 3D Secure that the issuer authorized, of those that it authorized or declined, however it went.",
        "tried_authorized_count",
        ("tried_authorized_count", "tried_declined_count"),
    ),
    _of(
        "liability_shift_rate",
        "Authorized attempts without the card at hand for which the issuer bears the loss of fraud, of all of them.",
        "shifted_count",
        "authorized_count",
        synonyms=("liability shift", "share with liability shift"),
    ),
    _of(
        "liability_shift_amount_rate",
        "Amount of the authorized attempts for which the issuer bears the loss of fraud, of the amount of all of them.",
        "shifted_minor",
        "authorized_minor",
    ),
    _of(
        "liability_shifted_minor",
        "Amount of the authorized attempts for which the issuer bears the loss of fraud.",
        "shifted_minor",
    ),
)
