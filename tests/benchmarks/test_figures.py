from pathlib import Path

import pytest

from benchmarks.__main__ import README
from benchmarks.figures import Part, Runs, ratio
from benchmarks.markdown import BEGIN, END, as_json, as_markdown, record
from benchmarks.process import Measured

NAMES = ("throughput", "one_more_day", "memory", "features", "scores")
"""Of the parts, as they call themselves."""


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
        "load",
        "How fast",
        "A load.",
        [runs(2.0), runs(1.0, error="it broke")],
        [ratio("a / b", 3.0, 1.0, at_least=4)],
    )
    text = as_markdown(part, ["Two cores."])
    assert "| One way | 2.0 | 2.0 to 2.0 | 1.0 | 2 | 20.0 |" in text
    assert "| a / b | 3.00 | ≥ 4 | **no** |" in text
    assert "One way: **failed**, it broke" in text
    assert as_json([part], [])["parts"][0]["ratios"][0]["value"] == 3.0


def part(name: str, title: str) -> Part:
    return Part(name, title, "About it.", [runs(2.0)], [ratio("a / b", 80_000.0, 1.0, at_least=50_000)])


def test_recording_replaces_the_figures_of_a_part_and_nothing_else(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    marks = {name: (BEGIN.format(name=name), END.format(name=name)) for name in ("load", "scores")}
    readme.write_text(
        "before\n" + "".join(f"{begin}\nold\n{end}\n" for begin, end in marks.values()) + "after\n"
    )
    record(readme, part("scores", "Slow"), [])
    record(readme, part("scores", "Fast"), ["Two cores."])
    text = readme.read_text()
    begin, end = marks["load"]
    assert text.startswith(f"before\n{begin}\nold\n{end}\n{marks['scores'][0]}\n\n### Fast\n\nTwo cores.\n")
    assert text.endswith(f"\n{marks['scores'][1]}\nafter\n")
    assert "| a / b | 80,000 | ≥ 50,000 | yes |" in text
    assert "Slow" not in text


def test_a_readme_without_the_markers_of_a_part_is_left_alone(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"mine\n{BEGIN.format(name='load')}\n{END.format(name='load')}\n")
    with pytest.raises(ValueError, match="lacks the lines '<!-- scores: begin"):
        record(readme, part("scores", "Fast"), [])
    assert readme.read_text().startswith("mine")


def test_every_part_has_its_place_in_the_readme() -> None:
    text = README.read_text()
    assert all(BEGIN.format(name=name) in text and END.format(name=name) in text for name in NAMES)
