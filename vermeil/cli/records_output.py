"""How it is printed what was refused, replayed or erased: tables for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from vermeil.cli import runs_output
from vermeil.cli.output import OUT, print_json, table_of

if TYPE_CHECKING:
    from pipelines.erasure.forget import Erasure
    from pipelines.flow.held_back import HeldBack
    from pipelines.upkeep.replay import Replay


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
        runs_output.outcomes(found.outcomes, as_json=False)


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
