"""The command line: ``vermeil``."""

from __future__ import annotations


def main() -> None:
    """Run the command line; the exit code is 0 for all well, 1 for a failed check or part, 2 for wrong use."""
    from vermeil.cli.app import run_app

    run_app()
