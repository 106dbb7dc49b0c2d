"""Who proves who they are, what keeps the others, and how accounts are onboarded."""

from __future__ import annotations

from pipelines.metrics.shared.metric import ROWS, Subject

_funnel = Subject("gold.verification_funnel_daily", "identity")
_verified = Subject(
    "gold.verification_funnel_daily",
    "identity",
    dimensions=("account", "type", "document_type", "document_country"),
)
"""Why a session failed follows from whether it did: a rate by it would be 0 or 1."""
_accounts = Subject("gold.onboarding_daily", "identity")
_links = Subject("gold.identity_links", "identity", dimensions=("account", "link"), apart=("link",))

METRICS = (
    _funnel(
        "verifications_started_count",
        "Verification sessions begun.",
        "started_count",
        synonyms=("verifications", "identity checks"),
    ),
    _funnel("verifications_submitted_count", "Sessions in which something was handed in.", "submitted_count"),
    _funnel("verified_count", "Sessions whose person was verified.", synonyms=("people verified",)),
    _funnel("verifications_failed_count", "Sessions whose latest try failed.", "failed_count"),
    _verified(
        "verification_submission_rate",
        "Sessions in which something was handed in, of all begun.",
        "submitted_count",
        "started_count",
    ),
    _verified(
        "verification_rate",
        "Sessions whose person was verified, of those in which something was handed in.",
        "verified_count",
        "submitted_count",
        synonyms=("identity pass rate", "verification success rate"),
    ),
    _verified(
        "verification_conversion_rate",
        "Sessions whose person was verified, of all begun.",
        "verified_count",
        "started_count",
    ),
    _verified(
        "first_try_verification_rate",
        "Sessions verified by their first report, of those in which something was handed in.",
        "first_try_verified_count",
        "submitted_count",
    ),
    _verified(
        "repeated_verification_rate",
        "Sessions with two reports or more, of those in which something was handed in.",
        "repeated_count",
        "submitted_count",
        synonyms=("repeat attempts",),
    ),
    _funnel(
        "selfie_failure_rate",
        "Sessions of which a report could not verify the face, of those that looked at it.",
        "selfie_failed_count",
        "selfie_checked_count",
        synonyms=("face mismatch",),
    ),
    _funnel(
        "selfie_manipulation_rate",
        "Sessions of which a try had a manipulated picture, of those in which something was handed in.",
        "selfie_manipulated_count",
        "submitted_count",
        synonyms=("deepfakes", "manipulated selfies"),
    ),
    _funnel(
        "country_mismatch_rate",
        "Sessions whose document is of another country than the customer, of those of which both are known.",
        "country_mismatch_count",
        "country_compared_count",
        synonyms=("document country mismatch",),
    ),
    _verified(
        "average_verification_seconds",
        "Mean time from the beginning of a session to the report that verified the person.",
        "verified_seconds",
        "timed_count",
        synonyms=("time to verify",),
    ),
    _accounts("accounts_count", "Accounts by the day on which they came.", synonyms=("new accounts",)),
    _accounts(
        "onboarding_enabled_rate",
        "Accounts that may take payments and be paid out, of all that came.",
        "enabled_count",
        "accounts_count",
        synonyms=("onboarding rate", "activation rate"),
    ),
    _accounts(
        "details_submitted_rate",
        "Accounts that have told all that was asked at sign-up, of all that came.",
        "details_submitted_count",
        "accounts_count",
    ),
    _accounts(
        "requirements_due_rate",
        "Accounts of which something is asked for, of all that came.",
        "requirements_due_count",
        "accounts_count",
    ),
    _accounts(
        "requirements_past_due_rate",
        "Accounts of which something is overdue, of all that came.",
        "requirements_past_due_count",
        "accounts_count",
    ),
    _accounts(
        "restricted_accounts_rate",
        "Accounts with a reason for which they are restricted, of all that came.",
        "restricted_count",
        "accounts_count",
    ),
    _accounts(
        "average_onboarding_seconds",
        "Mean time from an account's creation until it was enabled, where events tell both.",
        "enabled_seconds",
        "timed_count",
        synonyms=("days to enabled", "time to enabled"),
    ),
    _links(
        "identity_links_count",
        "Documents, customers, cards and networks that several people share, and people with several documents or "
        "customer ids; without networks of very many.",
        ROWS,
        only="not is_hub",
        synonyms=("shared documents", "shared cards", "duplicate identities"),
    ),
    _links(
        "linked_people_count",
        "People who share them; who shares two things is counted with each.",
        "people_count",
        only="not is_hub",
    ),
    _links(
        "hub_networks_count", "Networks of so many people that they say nothing of them.", ROWS, only="is_hub"
    ),
)
