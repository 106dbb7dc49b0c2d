"""How a timeline is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from vermeil.cli.output import OUT, table_of

if TYPE_CHECKING:
    from vermeil.support.timeline import Timeline

NOTHING = "[red]nothing[/]"


def timeline(found: Timeline, *, for_customers: bool) -> None:
    """What happened, then the answers to what is asked most."""
    OUT.print(f"[bold]{escape(found.id)}[/] a {found.kind} of {escape(found.account)}; times are UTC")
    headers = ("at", "object", "id", "what")
    table = table_of(*headers if for_customers else (*headers, "the customer may be told"))
    for one in found.entries:
        told = () if for_customers else (escape(one.told) if one.told else NOTHING,)
        table.add_row(f"{one.at:%Y-%m-%d %H:%M}", one.object, escape(one.id), escape(one.said), *told)
    OUT.print(table)
    for answer in found.answers:
        OUT.print(f"[bold]{escape(answer.question)}[/]", soft_wrap=True)
        OUT.print(f"  {escape(answer.said)}", soft_wrap=True)
        if not for_customers and answer.told:
            OUT.print(f"  To the customer: {escape(answer.told)}", soft_wrap=True)
