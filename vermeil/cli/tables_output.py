"""How tables are printed, the audit of them, and answers: tables for people, JSON for programs."""

from __future__ import annotations

import csv
import sys
from typing import TYPE_CHECKING

from rich.markup import escape

from pipelines.erasure.forget import unfinished
from pipelines.flow.places import PLACES
from pipelines.flow.status import statuses
from vermeil.cli.output import OUT, or_dash, print_json, table_of

if TYPE_CHECKING:
    import pyarrow as pa

    from pipelines.export import Exported
    from pipelines.flow.conservation import Audit
    from pipelines.lakehouse import Lakehouse
    from pipelines.upkeep.verify import Verified

_MEANINGS = {
    "current": "current version of a silver row",
    "superseded": "older version of one",
    "duplicate": "further copy of a version",
    "quarantined": "refused, with a reason",
    "unmodelled": "of a type that no table holds",
    "waiting": "of a batch that its table has not taken in yet",
    "missing": "none of these: lost",
}


def status(lake: Lakehouse, *, as_json: bool) -> None:
    """The lakehouse as a whole."""
    tables = statuses(lake)
    published = [one.published_at.isoformat() for one in tables if one.published_at]
    found = {
        "engine": lake.settings.engine,
        "lakehouse": lake.uri,
        "raw": str(lake.settings.raw_dir),
        "tables": sum(one.version is not None for one in tables),
        "published_at": max(published, default=None),
        "checks_failed": sum(one.failed for one in tables),
        "unfinished_erasures": unfinished(lake),
    }
    if as_json:
        print_json(found)
        return
    for name, value in found.items():
        OUT.print(
            f"{name.replace('_', ' '):>19}  {escape(str(value if value is not None else 'never'))}",
            soft_wrap=True,
        )


def tables(lake: Lakehouse, *, as_json: bool) -> None:
    """Every table."""
    if as_json:
        print_json([status.as_json(lake) for status in statuses(lake)])
        return
    table = table_of("table", ">rows", ">version", ">passed", ">failed", "published (UTC)")
    for found in statuses(lake):
        failed = f"[red]{found.failed}[/]" if found.failed else "0"
        table.add_row(
            found.name, f"{found.rows:,}", or_dash(found.version), str(found.passed), failed,
            f"{found.published_at:%Y-%m-%d %H:%M}" if found.published_at else "–",
        )  # fmt: skip
    OUT.print(table)


def audit(found: Audit, verified: Verified | None = None, *, as_json: bool) -> None:
    """Where every record went, and what is wrong with the rows where they were looked at."""
    if as_json:
        print_json(found.as_json() | ({"deep": verified.as_json()} if verified else {}))
        return
    table = table_of("where", ">records", "what it means")
    for place in PLACES:
        table.add_row(place, f"{getattr(found.total, place):,}", _MEANINGS[place])
    OUT.print(table)
    verdict = "[green]the audit balances[/]" if found.balanced else "[red]the audit does not balance[/]"
    OUT.print(f"{found.total.records:,} records came in, from {len(found.files):,} files: {verdict}.")
    if found.total.inside:
        OUT.print(
            f"{found.total.inside:,} objects of silver tables stand inside others; "
            f"{found.total.inside_current:,} of them are the current version of a row."
        )
    for fault in found.faults[:10]:
        OUT.print(f"[red]{escape(fault)}[/]")
    if len(found.faults) > 10:
        OUT.print(f"[red]and {len(found.faults) - 10:,} more[/]")
    if verified:
        _verified(verified)


def _verified(verified: Verified) -> None:
    for found in verified.tables:
        for difference in found.differences:
            OUT.print(f"[red]{escape(str(difference))}[/]", soft_wrap=True)
        if found.count > len(found.differences):
            OUT.print(f"[red]{found.table}: {found.count - len(found.differences):,} more[/]")
        if found.not_compared:
            OUT.print(f"[yellow]note[/] {found.table}: {escape(found.not_compared)}", soft_wrap=True)
    if verified.sound:
        OUT.print(f"[green]{len(verified.tables)} tables hold what they should, row by row[/].")


def answer(found: pa.Table, style: str) -> None:
    """The answer to a query."""
    if style == "json":
        print_json(found.to_pylist())
    elif style == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(found.column_names)
        writer.writerows(zip(*(column.to_pylist() for column in found.columns), strict=True))
    else:
        table = table_of(*found.column_names)
        for row in found.slice(0, 1000).to_pylist():
            table.add_row(*(or_dash(value) for value in row.values()))
        OUT.print(table)
        if found.num_rows > 1000:
            OUT.print(f"… the first 1,000 of {found.num_rows:,} rows; --format csv prints all")


def exported(done: list[Exported], database: str, *, as_json: bool) -> None:
    """What was written to another database."""
    if as_json:
        print_json([vars(one) for one in done])
        return
    written = [one for one in done if not one.is_current]
    if written:
        table = table_of("table", ">rows", "written")
        for one in written:
            table.add_row(one.table, f"{one.rows:,}", "whole" if one.days is None else f"{one.days:,} days")
        OUT.print(table)
    current = len(done) - len(written)
    OUT.print(
        f"{escape(database)} is as the latest release: {len(written):,} tables written, {current:,} had not moved.",
        soft_wrap=True,
    )
