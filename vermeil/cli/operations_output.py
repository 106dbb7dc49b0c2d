"""How the commands that keep a lakehouse in order print what they did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from vermeil.cli.output import OUT, print_json, table_of

if TYPE_CHECKING:
    from pipelines.delta.releases import Release
    from pipelines.upkeep.maintenance import Maintained
    from pipelines.upkeep.restoring import Point, Step
    from vermeil.doctor import Finding


_STATES = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "fail": ("✗", "red")}


def maintained(done: Sequence[Maintained], *, as_json: bool) -> None:
    """What housekeeping did to each table."""
    from pipelines.upkeep.maintenance import totals

    if as_json:
        print_json({"tables": [asdict(one) for one in done], "total": totals(list(done))})
        return
    table = table_of("table", ">files", ">now", ">size", ">deleted", ">log deleted", ">freed", ">seconds")
    for one in done:
        if not one.did_nothing:
            table.add_row(
                one.table, f"{one.files_before:,}", f"{one.files_after:,}", _bytes(one.bytes_after),
                f"{one.deleted_files:,}", f"{one.deleted_log_files:,}", _bytes(one.freed_bytes), f"{one.seconds:.1f}",
            )  # fmt: skip
    if table.row_count:
        OUT.print(table)
    idle = sum(one.did_nothing for one in done)
    freed = totals(list(done))["freed_bytes"]
    OUT.print(f"{len(done):,} tables looked after, {idle:,} of them were in order; {_bytes(freed)} freed.")


def restore_points(points: Sequence[Point], *, as_json: bool) -> None:
    """The moments that can be restored."""
    if as_json:
        print_json(
            [
                {"at": p.release.at.isoformat(), "made_by": p.release.made_by, "lost": list(p.lost)}
                for p in points
            ]
        )
        return
    if not points:
        OUT.print("Nothing was released yet: there is no moment to go back to.")
        return
    table = table_of("moment (UTC)", "made by", "can be restored")
    for point in points:
        state = f"[red]no[/]: gone from {', '.join(point.lost)}" if point.lost else "[green]yes[/]"
        table.add_row(f"{point.release.at:%Y-%m-%dT%H:%M:%S.%fZ}", escape(point.release.made_by), state)
    OUT.print(table)


def restored(release: Release, steps: Sequence[Step], *, dry_run: bool, as_json: bool) -> None:
    """What a restore did to each table, or would do."""
    changed = [step for step in steps if step.changes]
    if as_json:
        print_json(
            {"at": release.at.isoformat(), "dry_run": dry_run, "tables": [asdict(step) for step in steps]}
        )
        return
    table = table_of("table", ">version", ">back to")
    for step in changed:
        table.add_row(step.table, str(step.now), "empty" if step.to is None else str(step.to))
    if changed:
        OUT.print(table)
    moment = f"{release.at:%Y-%m-%d %H:%M:%S} UTC ({escape(release.made_by)})"
    if dry_run:
        OUT.print(f"{len(changed):,} tables would go back to {moment}. Nothing was changed.")
    else:
        OUT.print(
            f"{len(changed):,} tables are back at {moment}. The next run takes in again what came since.",
            soft_wrap=True,
        )


def diagnosed(findings: Sequence[Finding], *, as_json: bool) -> None:
    """How everything is, and what to do."""
    if as_json:
        print_json({"healthy": _count(findings, "fail") == 0, "findings": [asdict(one) for one in findings]})
        return
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for one in findings:
        mark, colour = _STATES[one.state]
        todo = f"\n[{colour}]→[/] {escape(one.todo)}" if one.todo else ""
        table.add_row(f"[{colour}]{mark}[/]", escape(one.subject), f"{escape(one.found)}{todo}")
    OUT.print(table)
    failed, warned = _count(findings, "fail"), _count(findings, "warn")
    if failed:
        OUT.print(
            f"\n[bold red]{failed} of {len(findings)} do not work[/]{f', {warned} want a look' if warned else ''}."
        )
    elif warned:
        OUT.print(f"\n[bold yellow]{warned} of {len(findings)} want a look[/]; nothing is broken.")
    else:
        OUT.print(f"\n[bold green]All {len(findings)} are well.[/]")


def _count(findings: Sequence[Finding], state: str) -> int:
    return sum(one.state == state for one in findings)


def _bytes(number: int) -> str:
    """A number of bytes in words, to three digits."""
    size, unit = float(number), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if abs(size) < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
