"""How refused records and refused batches are printed: tables for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from vermeil.cli.output import OUT, print_json, table_of

if TYPE_CHECKING:
    from pipelines.flow.held_back import HeldBack


def quarantine(
    groups: Sequence[dict[str, Any]],
    records: Sequence[dict[str, Any]],
    held: Sequence[HeldBack],
    *,
    as_json: bool,
) -> None:
    """Refused records, and batches that were held back."""
    if as_json:
        batches = [asdict(one) | {"way_out": one.way_out} for one in held]
        print_json({"groups": groups, "records": records, "held_back": batches})
        return
    for one in held:
        _held_back(one)
    if not groups:
        OUT.print("Nothing is in quarantine.")
        return
    counted = table_of("table", ">records", "in batches", "reason")
    for group in groups:
        first, last = group["first_batch"], group["last_batch"]
        span = str(first) if first == last else f"{first} to {last}"
        counted.add_row(group["table_name"], f"{group['count']:,}", span, escape(group["reason"]))
    OUT.print(counted)
    listed = table_of("table", "record", "file", ">line", "reason")
    for record in records:
        listed.add_row(record["table_name"], *_place(record))
    OUT.print(listed)


def _held_back(one: HeldBack) -> None:
    """A batch that was refused: why, the first of its faulty records, and what to do."""
    at = one.at[:16].replace("T", " ")
    OUT.print(
        f"[red]held back[/] A batch of {one.table} with {one.rows:,} rows, at {at} UTC.", soft_wrap=True
    )
    for reason in one.reasons:
        OUT.print(f"  {escape(reason)}", soft_wrap=True)
    if one.records:
        listed = table_of("record", "file", ">line", "reason")
        for record in one.records:
            listed.add_row(*_place(record))
        OUT.print(listed)
        if one.faulty > len(one.records):
            OUT.print(
                f"… {len(one.records):,} of {one.faulty:,} records; --limit, --file and --reason choose others"
            )
    OUT.print(f"[bold]What to do[/] {one.way_out}", soft_wrap=True)


def _place(record: dict[str, Any]) -> tuple[str, str, str, str]:
    return record["record_id"], escape(record["file"]), str(record["line"]), escape(record["reason"])
