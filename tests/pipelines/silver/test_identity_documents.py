"""Documents and people of verification reports: tokens that tell whether two reports are about the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from frames import KEY, Json

from pipelines.privacy.tokens import token
from tests.pipelines.silver.test_build import built

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

DOCUMENT = {
    "status": "verified", "type": "passport", "issuing_country": "GB", "number": "123 456-789", "first_name": "Jane",
    "last_name": "Doe", "dob": {"day": 1, "month": 2, "year": 1990},
}  # fmt: skip
NUMBER = {
    "status": "verified", "id_number_type": "br_cpf", "id_number": "123.456.789-09", "first_name": "Jane",
    "last_name": "Doe", "dob": {"day": 1, "month": 2, "year": 1990},
}  # fmt: skip
PASSPORT = token("document", "GB passport 123456789", KEY)
CPF = token("document", "br_cpf 12345678909", KEY)
JANE = token("identity", "Jane Doe 1990-02-01", KEY)
NAMES = ("document_number", "id_number", "person", "is_verified")


def report(number: int, **fields: Any) -> Json:
    return {
        "id": f"vr_{number}",
        "object": "identity.verification_report",
        "created": 1_767_225_600,
        **fields,
    }


REPORTS: dict[str, tuple[Json, list[Any]]] = {
    "a document": ({"document": DOCUMENT}, [PASSPORT, None, JANE, True]),
    "written otherwise": ({"document": DOCUMENT | {"number": "123456789"}}, [PASSPORT, None, JANE, True]),
    "of another country": (
        {"document": DOCUMENT | {"issuing_country": "FR"}},
        [token("document", "FR passport 123456789", KEY), None, JANE, True],
    ),
    "a number in a register": ({"id_number": NUMBER}, [None, CPF, JANE, True]),
    "both": ({"document": DOCUMENT, "id_number": NUMBER}, [PASSPORT, CPF, JANE, True]),
    "the last digits alone": (
        {"id_number": NUMBER | {"id_number_type": "us_ssn", "id_number": "6789"}},
        [None, None, JANE, True],
    ),
    "not expanded": ({"document": DOCUMENT | {"number": None, "dob": None}}, [None, None, None, True]),
    "no kind": ({"document": DOCUMENT | {"type": None}}, [None, None, JANE, True]),
    "the face is another's": (
        {"document": DOCUMENT, "selfie": {"status": "unverified"}},
        [PASSPORT, None, JANE, False],
    ),
    "redacted": (
        {"document": DOCUMENT | {"number": "[redacted]", "first_name": "[redacted]", "dob": "[redacted]"}},
        [None, None, None, True],
    ),
    "nothing": ({}, [None, None, None, False]),
}


def test_documents_and_people_are_tokens(any_spark: SparkSession, tmp_path: Path) -> None:
    documents = [report(n, **fields) for n, (fields, _) in enumerate(REPORTS.values())]
    found = built(any_spark, tmp_path, documents, "verification_reports")
    assert {row["fault"] for row in found} == {None}
    said = {name: [row[column] for column in NAMES] for name, row in zip(REPORTS, found, strict=True)}
    assert said == {name: expected for name, (_, expected) in REPORTS.items()}
