"""The page about data quality: can the figures be trusted."""

from __future__ import annotations

from pipelines.report import quality
from pipelines.report.plots import Plot
from pipelines.report.subject import Part, Subject, page

PAGE = page(
    Subject(
        "Data quality",
        "quality.html",
        "What is in each table, what was checked, what was refused, and where every record went.",
        (
            "records_count", "current_records_count", "duplicate_rate", "quarantine_rate", "missing_records_count",
            "differences_count",
        ),
        (
            Part(
                "quality",
                "Data quality",
                (quality.QUALITY,),
                "A table passes its checks before anyone can read it, and every record that came in is accounted for.",
            ),
            Part(
                "differences",
                "Differences from the known fields",
                (Plot("By type of object", ("differences_count",), by="object_type", form="values"),),
            ),
        ),
    ),
    rank=80,
)  # fmt: skip
