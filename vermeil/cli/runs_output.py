"""How it is printed what came in and what a run did: tables for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from vermeil.cli import tables_output
from vermeil.cli.output import OUT, print_json, table_of

if TYPE_CHECKING:
    from pipelines.bronze.reading.preview import Preview
    from pipelines.flow.conservation import Audit
    from pipelines.flow.steps import Outcome
    from pipelines.lakehouse import Lakehouse
    from pipelines.simulate import Summary

_MARKS = {
    "published": "[green]published[/]",
    "unchanged": "[dim]unchanged[/]",
    "refused": "[red]refused[/]",
    "skipped": "[yellow]skipped[/]",
}


def simulated(summary: Summary, out: Path | str, *, as_json: bool) -> None:
    """What the simulator wrote."""
    if as_json:
        counts = {field.name: getattr(summary, field.name) for field in fields(summary)}
        print_json({"path": str(out), **counts})
    else:
        OUT.print(f"{summary.events + summary.objects:,} records in {summary.files:,} files under {out}")


def sample(summary: Summary | None, raw: Path | str) -> None:
    """Whether the demo wrote its archive or found files."""
    if summary:
        simulated(summary, raw, as_json=False)
    else:
        OUT.print(f"Raw files are under {raw} already: no sample is written.")


def outcomes(found: Sequence[Outcome], *, as_json: bool) -> None:
    """What a run did to each table."""
    if as_json:
        print_json(_run(found))
        return
    for outcome in found:
        for notice in outcome.notices[:5]:
            OUT.print(f"[yellow]note[/] {escape(notice)}")
        if len(outcome.notices) > 5:
            OUT.print(f"[yellow]note[/] and {len(outcome.notices) - 5} more such notes")
    if all(outcome.status == "unchanged" for outcome in found):
        OUT.print("Nothing new: every table is up to date.")
        return
    table = table_of("table", "what", ">rows", ">quarantined", ">checks", ">seconds")
    for outcome in found:
        if outcome.status != "unchanged":
            counts = outcome.verdict.counts
            checks = f"{counts['passed']}/{sum(counts.values())}"
            figures = (f"{outcome.rows:,}", f"{outcome.quarantined:,}", checks, f"{outcome.seconds:.1f}")
            table.add_row(outcome.table, _MARKS[outcome.status], *figures)
    OUT.print(table)
    _failures(found)


def summary(found: Sequence[Outcome], lake: Lakehouse, audited: Audit) -> None:
    """What the demo did to the tables."""
    if all(outcome.status == "unchanged" for outcome in found):
        OUT.print("Nothing new: every table is up to date.")
    _failures(found)
    tables_output.tables(lake, as_json=False)
    tables_output.audit(audited, as_json=False)


def pages(report: Path) -> None:
    """Where the page of the report to open first is, and how many stand beside it."""
    from pipelines.report import report_files

    others = len(report_files(report)) - 1
    OUT.print(f"Report: [bold]{escape(str(report))}[/], and {others} pages that it links to", soft_wrap=True)


def sources(found: Sequence[Preview], *, as_json: bool) -> None:
    """Sources, and what their mappings make of the first rows."""
    if as_json:
        print_json([asdict(one) for one in found])
        return
    listed = table_of("source", ">files", "looked at", ">rows", "go to")
    for one in found:
        to = [f"{table} {count:,}" for table, count in one.tables.items()]
        to += [f"no table {one.unmodelled:,}"] if one.unmodelled else []
        listed.add_row(one.source, f"{one.files:,}", escape(one.file or "–"), f"{one.rows:,}", ", ".join(to))
    OUT.print(listed)
    for one in found:
        for fault, count in one.faults.items():
            OUT.print(f"[red]{one.source}[/]: {count:,} rows: {escape(fault)}", soft_wrap=True)
        for name in one.absent:
            OUT.print(f"[yellow]{one.source}[/]: no row has the field {escape(name)!r}", soft_wrap=True)


def _run(found: Sequence[Outcome]) -> dict[str, Any]:
    from pipelines.flow.ingest import RECORDS

    described = [
        {
            "table": outcome.table,
            "status": outcome.status,
            "rows": outcome.rows,
            "quarantined": outcome.quarantined,
            "version": outcome.version,
            "seconds": round(outcome.seconds, 3),
            "checks": outcome.verdict.counts,
            "failed_checks": [asdict(r) for r in outcome.verdict.results if not r.success],
            "notices": list(outcome.notices),
        }
        for outcome in found
    ]
    return {
        "ingested": sum(o.rows for o in found if o.table == RECORDS and o.status == "published"),
        "published": [d for d in described if d["status"] == "published"],
        "unchanged": [d["table"] for d in described if d["status"] == "unchanged"],
        "failed": [
            d
            for d in described
            if d["status"] in ("refused", "skipped") or (d["notices"] and _failed(found, d))
        ],
        "notices": [notice for outcome in found for notice in outcome.notices],
        "seconds": round(sum(outcome.seconds for outcome in found), 3),
    }


def _failed(found: Sequence[Outcome], described: dict[str, Any]) -> bool:
    return any(o.failed for o in found if o.table == described["table"])


def _failures(found: Sequence[Outcome]) -> None:
    for outcome in found:
        for result in outcome.verdict.results:
            if not result.success:
                colour = "red" if result.severity == "critical" else "yellow"
                shown = f"{outcome.table}: {result.description} Found: {result.observed}."
                OUT.print(f"[{colour}]{result.severity}[/] {escape(shown)}", soft_wrap=True)
