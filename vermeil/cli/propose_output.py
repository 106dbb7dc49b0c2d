"""How a proposed rule is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from vermeil.cli.output import OUT, print_json
from vermeil.cli.rules_output import backtest_as_json, tested

if TYPE_CHECKING:
    from vermeil.support.proposal import Proposal


def proposal(found: Proposal, *, as_json: bool) -> None:
    """What was understood, what the rule would have done, and how it could be taken over."""
    read = found.understood
    if as_json:
        print_json(
            {
                "action": read.action,
                "assumed": read.assumed,
                "until": found.until,
                "backtest": backtest_as_json(found.backtest),
                "proposal": found.as_yaml,
            }
        )
        return
    OUT.print(f"Understood: [bold]{read.action}[/] payments with")
    tested(found.backtest, as_json=False)
    OUT.print(f"Labels of payments until {found.until} have matured; later ones were left out.")
    for assumed in read.assumed:
        OUT.print(f"[yellow]Assumed[/] {escape(assumed)}.", soft_wrap=True)
    OUT.print("Nothing was activated. To be reviewed, and put into rules.yaml by hand:")
    OUT.print(escape(found.as_yaml), soft_wrap=True, highlight=False)
