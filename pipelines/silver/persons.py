"""silver.persons: people behind accounts: owners, directors, representatives."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import METADATA, created_at, deletion
from pipelines.silver.shared.people import address_columns, email_columns, phone_columns
from pipelines.table import Column

_ROLE = "relationship"
_NEEDS = "requirements"

TABLE = silver_table(
    name="silver.persons",
    doc="One row per person behind an account, as last reported. Dates of birth and numbers of the state are left out.",
    object_type="person",
    columns=(
        Column("person_id", "string", "Stripe's id of the person, person_….", path="id", required=True),
        *created_at("person"),
        *deletion("person", "person.deleted"),
        Column("of_account_id", "string", "Account that the person is behind, acct_….", path="account", reference="silver.accounts.account_id"),
        Column("first_name", "string", "First name of the person.", path="first_name", personal="name"),
        Column("last_name", "string", "Last name of the person.", path="last_name", personal="name"),
        *email_columns("email", "Email address of the person.", "email"),
        *phone_columns("phone", "Phone number of the person.", "phone"),
        *address_columns("address", "address", "person"),
        Column("nationality", "string", "ISO 3166 code of the country that the person is a citizen of.", path="nationality"),
        Column("political_exposure", "string", "Whether the person holds, or held, a public office.", path="political_exposure", known=("existing", "none")),
        Column("is_id_number_provided", "boolean", "The state's number of the person was given.", path="id_number_provided"),
        Column("is_ssn_last4_provided", "boolean", "The last four digits of the social security number were given.", path="ssn_last_4_provided"),
        Column("verification_status", "string", "Whether the person is who they say they are.", path="verification.status", known=("pending", "unverified", "verified")),
        Column("verification_details_code", "string", "Why the person could not be verified.", path="verification.details_code"),
        Column("is_director", "boolean", "A director of the company.", path=f"{_ROLE}.director"),
        Column("is_executive", "boolean", "A manager of the company.", path=f"{_ROLE}.executive"),
        Column("is_owner", "boolean", "An owner of the company.", path=f"{_ROLE}.owner"),
        Column("is_representative", "boolean", "Acts for the company towards Stripe.", path=f"{_ROLE}.representative"),
        Column("is_legal_guardian", "boolean", "Stands in for an owner who is not of age.", path=f"{_ROLE}.legal_guardian"),
        Column("ownership_percent", "double", "Share of the company that the person owns, in percent.", path=f"{_ROLE}.percent_ownership", minimum=0),
        Column("requirements_currently_due", "string", "What is asked for now, a JSON list as text.", path=f"{_NEEDS}.currently_due"),
        Column("requirements_past_due", "string", "What is overdue, a JSON list as text.", path=f"{_NEEDS}.past_due"),
        METADATA,
    ),
)  # fmt: skip
