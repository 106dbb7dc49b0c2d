"""The page about identity: who proves who they are, what keeps the others, and how accounts are onboarded."""

from __future__ import annotations

from pipelines.report.plots import Answer, Listing, Plot, words
from pipelines.report.subject import Part, Subject, page

_FUNNEL = Part(
    "funnel",
    "Verification",
    (
        Plot(
            "From begun to verified",
            ("verifications_started_count", "verifications_submitted_count", "verified_count"),
            text="Sessions by the day on which they were begun, as they are known now.",
            wide=True,
        ),
        Plot(
            "How many come through",
            ("verification_submission_rate", "verification_rate", "verification_conversion_rate"),
            text="Handed in of all begun, verified of those handed in, and verified of all begun.",
        ),
        Plot("First try and several tries", ("first_try_verification_rate", "repeated_verification_rate")),
        Plot("Verified by kind of document", ("verification_rate",), by="document_type", form="values"),
        Plot("Verified by country of the document", ("verification_rate",), by="document_country", form="values"),
    ),
    "Each session counts once, on the day on which it was begun.",
)  # fmt: skip

_FAILURES = Part(
    "failures",
    "What keeps the others",
    (
        Plot("Why verification fails", ("verifications_failed_count",), by="failure_reason", form="values"),
        Plot("Failures over time", ("verifications_failed_count",), by="failure_reason", form="bars"),
        Plot(
            "Faces and documents that do not match",
            ("selfie_failure_rate", "selfie_manipulation_rate", "country_mismatch_rate"),
            text="Faces that a report could not verify, pictures that were manipulated, and documents of another "
            "country than the customer's.",
        ),
        Plot("Time to verify", ("average_verification_seconds",)),
    ),
)

_LINKS = Part(
    "links",
    "Who is several people",
    (
        Listing(
            "What people share",
            "select account, link, people_count, customers_count, documents_count, document_kinds_count, uses_count, "
            "first_at, last_at from gold.identity_links where not is_hub "
            "order by people_count desc, documents_count desc, customers_count desc, account, link, first_at limit 16",
            "A document, customer, card or network of several people; a person with several documents or customer ids.",
            nothing="Nobody shares a document, a card or a network.",
            of=("gold.identity_links", "identity_links_count"),
        ),
    ),
    "Documents are told apart by tokens of their numbers. Families share cards: a link is a reason to look.",
)

_STANDING = (
    "accounts_count", "details_submitted_rate", "onboarding_enabled_rate", "requirements_due_rate",
    "requirements_past_due_rate", "restricted_accounts_rate",
)  # fmt: skip

_ONBOARDING = Part(
    "onboarding",
    "Onboarding of accounts",
    (
        *(
            Answer(f"All accounts, by {words(name).lower()}", _STANDING, by=name)
            for name in ("account_type", "country")
        ),
        Plot("Accounts that came", ("accounts_count",), by="account_type", form="bars"),
        Plot(
            "How far they have come",
            ("details_submitted_rate", "onboarding_enabled_rate"),
            text="Of the accounts that came on these days, as they are now: all told that was asked at sign-up, and "
            "enabled to take payments and be paid out.",
        ),
    ),
    "All accounts by the day on which they came. A choice of account does not change them.",
)

PAGE = page(
    Subject(
        "Identity",
        "identity.html",
        "Who proves who they are, what keeps the others, and how accounts are onboarded.",
        (
            "verifications_started_count", "verification_submission_rate", "verification_rate",
            "average_verification_seconds",
        ),
        (_FUNNEL, _FAILURES, _LINKS, _ONBOARDING),
    ),
    rank=40,
)  # fmt: skip
