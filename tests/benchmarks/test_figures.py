from pathlib import Path

import pytest

from benchmarks.figures import Part, Runs, ratio
from benchmarks.markdown import BEGIN, END, as_json, as_markdown, record
from benchmarks.process import Measured


def runs(*seconds: float, error: str | None = None) -> Runs:
    found = [Measured(value, value / 2, int(value * 1e6)) for value in seconds]
    return Runs(
        "one", "One way", [*found, *([Measured(1, 1, 1, error=error)] if error else [])], raw_bytes=40_000_000
    )


def test_the_median_of_the_rounds_counts_and_the_greatest_peak() -> None:
    found = runs(1.0, 9.0, 2.0)
    assert (found.seconds, found.cpu_seconds, found.peak_megabytes) == (2.0, 1.0, 9.0)
    assert found.megabytes_per_second == 20.0


def test_a_contestant_that_failed_once_has_no_figures() -> None:
    found = runs(1.0, error="it broke")
    assert (found.seconds, found.megabytes_per_second, found.error) == (None, None, "it broke")


@pytest.mark.parametrize(
    ("value", "bounds", "reached"),
    [
        (3.0, {"at_least": 3}, True),
        (2.9, {"at_least": 3}, False),
        (1.5, {"at_most": 1.5}, True),
        (1.6, {"at_most": 1.5}, False),
        (1.6, {}, None),
    ],
)
def test_a_ratio_knows_whether_it_reaches_its_target(
    value: float, bounds: dict[str, float], reached: bool | None
) -> None:
    assert ratio("a / b", value, 1.0, **bounds).reached is reached


def test_a_ratio_without_one_of_its_parts_reaches_nothing() -> None:
    found = ratio("a / b", None, 2.0, at_most=1.0)
    assert (found.value, found.reached) == (None, None)


def test_figures_and_failures_are_both_in_the_report() -> None:
    part = Part(
        "p",
        "How fast",
        "A load.",
        [runs(2.0), runs(1.0, error="it broke")],
        [ratio("a / b", 3.0, 1.0, at_least=4)],
    )
    text = as_markdown([part], ["Two cores."])
    assert "| One way | 2.0 | 2.0 to 2.0 | 1.0 | 2 | 20.0 |" in text
    assert "| a / b | 3.00 | ≥ 4 | **no** |" in text
    assert "One way: **failed**, it broke" in text
    assert as_json([part], [])["parts"][0]["ratios"][0]["value"] == 3.0


def test_recording_replaces_what_stands_between_the_markers_and_nothing_else(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    record(readme, "new")
    record(readme, "newer")
    assert readme.read_text() == f"before\n{BEGIN}\n\nnewer\n{END}\nafter\n"


def test_a_readme_without_markers_is_left_alone(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("mine")
    with pytest.raises(ValueError, match="lacks the lines"):
        record(readme, "new")
    assert readme.read_text() == "mine"
