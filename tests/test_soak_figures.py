"""The figures of the long forms: written down also when lost, and shown on the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.figures import LINES, PAGE, Figures, read, rendered, table


def test_a_figure_is_written_and_the_latest_of_each_is_read(tmp_path: Path) -> None:
    figures = Figures(tmp_path / "figures.jsonl")
    for tried in (1, 2):
        with figures.measured(1, "kills", seed=7) as figure:
            figure.tried = figure.survived = tried
    (found,) = read(figures.path)
    assert (found.promise, found.what, found.tried, found.lost, found.seed) == (1, "kills", 2, 0, 7)
    assert "| 1 | kills | 2 | 2 | 0 |" in table([found])


def test_what_was_lost_fails_the_test_and_is_written_down(tmp_path: Path) -> None:
    figures = Figures(tmp_path / "figures.jsonl")
    with pytest.raises(AssertionError, match="lost 1"), figures.measured(2, "orders") as figure:
        figure.tried = 1
    assert read(figures.path)[0].lost == 1


def test_a_long_form_that_tries_nothing_fails(tmp_path: Path) -> None:
    with (
        pytest.raises(AssertionError, match="nothing was tried"),
        Figures(tmp_path / "f").measured(2, "orders"),
    ):
        pass


def test_the_page_shows_the_figures_of_the_project() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert rendered(page, read(LINES)) == page, "write it anew with: make reliability"
