"""How the commands' results are printed: tables for people, JSON for programs."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console, ConsoleDimensions
from rich.markup import escape
from rich.table import Table

from pipelines.delta.engine_errors import AT
from pipelines.flow.conservation import PLACES, Audit

if TYPE_CHECKING:
    import pyarrow as pa

    from pipelines.bronze.reading.preview import Preview
    from pipelines.erasure.forget import Erasure
    from pipelines.flow.steps import Outcome
    from pipelines.settings import Settings
    from pipelines.simulate import Summary
    from pipelines.upkeep.replay import Replay
    from pipelines.upkeep.verify import Verified
    from vermeil.cli.commands import TableStatus

UNBROKEN = 100_000
"""Columns of a line where nobody looks at a screen: a log or a program wants words and commands whole."""


class Screen(Console):
    """A console that breaks lines for a terminal only."""

    @property
    def size(self) -> ConsoleDimensions:
        """As wide as the terminal, or as ``COLUMNS`` says; without either, wide enough for every line."""
        width, height = super().size
        if (named := os.environ.get("COLUMNS", "")).isdecimal():  # now, not when this was imported
            return ConsoleDimensions(int(named), height)
        return ConsoleDimensions(width if self.is_terminal else UNBROKEN, height)

    @size.setter
    def size(self, new: tuple[int, int]) -> None:
        self._width, self._height = new


OUT = Screen(emoji=False)  # :date: is a column
ERR = Screen(stderr=True, emoji=False)

_MEANINGS = {
    "current": "current version of a silver row",
    "superseded": "older version of one",
    "duplicate": "further copy of a version",
    "quarantined": "refused, with a reason",
    "unmodelled": "of a type that no table holds",
    "waiting": "of a batch that its table has not taken in yet",
    "missing": "none of these: lost",
}

_MARKS = {
    "published": "[green]published[/]",
    "unchanged": "[dim]unchanged[/]",
    "refused": "[red]refused[/]",
    "skipped": "[yellow]skipped[/]",
}


@contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Show on the error stream which table is at work; give what is told of each."""
    with _noted() as noting:
        if quiet or not ERR.is_terminal:
            # Whoever waits for another process is told so, also in a log.
            yield lambda name: tell(name) if name.startswith("waiting") else noting(name)
            return
        with ERR.status("Starting…") as shown:

            def starting(name: str) -> None:
                noting(name)
                shown.update(f"{name} …")

            yield starting


@contextmanager
def _noted() -> Iterator[Callable[[str], None]]:
    """Have an error that passes say at which table it came: the last that was told."""
    told: list[str] = []
    try:
        yield told.append
    except Exception as error:
        if told:
            error.add_note(AT + told[-1])
        raise


def tell(sentence: str) -> None:
    """Something that a person should know, on the error stream."""
    ERR.print(f"vermeil: {escape(sentence)}", soft_wrap=True)


def simulated(summary: Summary, out: Path, *, as_json: bool) -> None:
    """What the simulator wrote."""
    if as_json:
        counts = {field.name: getattr(summary, field.name) for field in fields(summary)}
        print_json({"path": str(out), **counts})
    else:
        OUT.print(f"{summary.events + summary.objects:,} records in {summary.files:,} files under {out}")


def sample(summary: Summary | None, raw: Path) -> None:
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


def summary(found: Sequence[Outcome], statuses: Sequence[TableStatus], audited: Audit) -> None:
    """What the demo did to the tables."""
    if all(outcome.status == "unchanged" for outcome in found):
        OUT.print("Nothing new: every table is up to date.")
    _failures(found)
    tables(statuses, as_json=False)
    audit(audited, as_json=False)


def pages(report: Path) -> None:
    """Where the pages of the report are."""
    from pipelines.report import report_files

    for page in report_files(report):
        OUT.print(f"Report: [bold]{escape(str(page))}[/]", soft_wrap=True)


def status(settings: Settings, statuses: Sequence[TableStatus], unfinished: int, *, as_json: bool) -> None:
    """The lakehouse as a whole; ``unfinished`` is how many erasures were begun and not ended."""
    published = [s.published_at for s in statuses if s.published_at]
    found = {
        "engine": settings.engine,
        "lakehouse": settings.lakehouse_uri,
        "raw": str(settings.raw_dir),
        "tables": sum(s.version is not None for s in statuses),
        "published_at": max(published) if published else None,
        "checks_failed": sum(s.checks_failed for s in statuses),
        "unfinished_erasures": unfinished,
    }
    if as_json:
        print_json(found)
        return
    for name, value in found.items():
        OUT.print(
            f"{name.replace('_', ' '):>19}  {escape(str(value if value is not None else 'never'))}",
            soft_wrap=True,
        )


def erasure(found: Erasure, *, as_json: bool) -> None:
    """What was erased, or would be, and what is left for a person to do."""
    if as_json:
        print_json(found.as_json())
        return
    if found.status == "nothing":
        OUT.print("Nothing to forget: no table names this customer.")
    else:
        table = table_of("table", ">rows rewritten" if found.status == "forgotten" else ">rows to rewrite")
        for name, count in found.rows.items():
            table.add_row(name, f"{count:,}")
        OUT.print(table)
        OUT.print(f"{found.records:,} records of the customer, {found.mentions:,} of others that name them.")
    if found.files:
        OUT.print(f"Not changed: {len(found.files):,} raw files that hold the customer.")
        for file in found.files:
            OUT.print(f"  {escape(file)}", soft_wrap=True)
    if found.status == "forgotten":
        OUT.print(
            "Left to do: the raw files above, your backups and copies of the lakehouse, and whatever was exported "
            "from it. Files that come in later are read without the customer."
        )


def tables(statuses: Sequence[TableStatus], *, as_json: bool) -> None:
    """Every table."""
    if as_json:
        print_json([asdict(status) for status in statuses])
        return
    table = table_of("table", ">rows", ">version", ">passed", ">failed", "published (UTC)")
    for found in statuses:
        failed = f"[red]{found.checks_failed}[/]" if found.checks_failed else "0"
        table.add_row(
            found.name, f"{found.rows:,}", _or_dash(found.version), str(found.checks_passed), failed,
            (found.published_at or "–")[:16].replace("T", " "),
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


def replay(found: Replay, *, as_json: bool) -> None:
    """What became of quarantined records."""
    if as_json:
        print_json(found.as_json())
        return
    if not found.tables:
        OUT.print("No such record is in quarantine.")
        return
    table = table_of("refused by", ">records", ">good now", "why the others are still refused")
    for one in found.tables:
        reasons = [f"{count:,} {reason}" for reason, count in list(one.reasons.items())[:5]]
        table.add_row(one.table, f"{one.chosen:,}", f"{one.taken_in:,}", escape("\n".join(reasons)))
    OUT.print(table)
    if found.planned:
        OUT.print("Nothing was written: this is what a replay would do.")
    elif found.outcomes:
        outcomes(found.outcomes, as_json=False)


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
            table.add_row(*(_or_dash(value) for value in row.values()))
        OUT.print(table)
        if found.num_rows > 1000:
            OUT.print(f"… the first 1,000 of {found.num_rows:,} rows; --format csv prints all")


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


def table_of(*headers: str) -> Table:
    """A plain table; a header that begins with > is of numbers."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for header in headers:
        right = header.startswith(">")
        whole = right or header in ("table", "version")
        table.add_column(
            header.removeprefix(">"), justify="right" if right else "left", no_wrap=whole, overflow="fold"
        )
    return table


def _or_dash(value: Any) -> str:
    return "–" if value is None else escape(str(value))


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    json.dump(value, sys.stdout, indent=2, default=str, ensure_ascii=False)
    sys.stdout.write("\n")
