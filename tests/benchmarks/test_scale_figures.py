"""The arithmetic of docs/scale.md: fits, exponents, machines and money."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.scale.charts import Curve, chart
from benchmarks.scale.estimates import Cluster, Prices, User, estimate, inputs
from benchmarks.scale.fitting import Model, errors, exponent, fitted, typical

GRID = [{"payments": p, "days": d} for p in (1e3, 1e4, 1e5) for d in (10, 100, 1_000)]
NAMES = ("payments", "days")


def figures(model: Model) -> list[float]:
    return [model.at(row) for row in GRID]


@settings(deadline=None)
@given(st.floats(0.1, 100), st.floats(1e-6, 1e-2), st.floats(1e-4, 1))
def test_a_sum_is_found_again_from_its_own_figures(fixed: float, payments: float, days: float) -> None:
    made = Model(fixed, {"payments": payments, "days": days})
    found = fitted(GRID, figures(made), NAMES)
    assert found.at({"payments": 1e6, "days": 3_650}) == pytest.approx(
        made.at({"payments": 1e6, "days": 3_650}), rel=1e-3
    )
    assert max(map(abs, errors(GRID, figures(made), NAMES))) < 1e-3


def test_no_part_is_negative_however_figures_scatter() -> None:
    found = fitted(GRID, [10 - n for n in range(len(GRID))], NAMES)
    assert found.fixed >= 0
    assert all(slope >= 0 for slope in found.slopes.values())


def test_a_point_that_does_not_fit_has_the_error_that_the_others_say() -> None:
    made = figures(Model(10, {"payments": 1e-3, "days": 0.01}))
    off = errors(GRID, [*made[:-1], 2 * made[-1]], NAMES)
    assert off[-1] == pytest.approx(-0.5, abs=0.01)
    assert typical([-0.5, 0.1, 0.2]) == 0.2


@pytest.mark.parametrize("power", [0.5, 1.0, 1.3, 2.0])
@pytest.mark.parametrize("fixed", [0.0, 40.0])
def test_the_exponent_is_found_whatever_the_fixed_part(power: float, fixed: float) -> None:
    sizes = [1e3, 1e4, 1e5]
    assert exponent(sizes, [fixed + 1e-3 * size**power for size in sizes]) == pytest.approx(power)


def test_an_exponent_needs_three_points_that_grow_and_grow_alike() -> None:
    assert exponent([1, 10], [1, 10]) is None
    assert exponent([1, 10, 100], [5, 5, 5]) is None
    with pytest.raises(ValueError, match="same factor"):
        exponent([1, 10, 20], [1, 2, 3])


def test_executors_are_what_works_the_seconds_off_in_time() -> None:
    cluster = Cluster(4, 16, 0.5, first_load_hours=10, day_hours=1)
    # 100 hours of one core at half use are 200 paid ones, of four cores an executor 50: five in ten hours.
    assert cluster.executors(100 * 3_600, 10) == 5
    assert cluster.executors(100 * 3_600 + 1, 10) == 6
    assert cluster.executors(0.1, 10) == 1


def test_money_is_for_time_paid_bytes_kept_and_requests_made() -> None:
    prices = Prices(0.05, 0.02, 0.005, 0.0004)
    assert prices.work(3_600, 0.5) == pytest.approx(0.1)
    assert prices.storage(1e12) == pytest.approx(20)
    assert prices.requests(2_000, 10_000) == pytest.approx(0.014)


def test_twice_the_payments_cost_twice_what_payments_cost() -> None:
    given = inputs()
    models = Model(0, {"payments": 1e-3}), Model(0, {"day_payments": 2e-3, "days": 0.0})
    sizes = {"raw": 12_000.0, "stored": 1_300.0, "tables": 1_000.0}
    one = estimate(User("one", 10**9, 1_000, "spark"), models, sizes, given)
    two = estimate(User("two", 2 * 10**9, 1_000, "spark"), models, sizes, given)
    assert one.load
    assert one.day
    assert two.load
    assert (one.load.cpu_seconds, one.day.cpu_seconds) == (1e6, 2e3)
    assert two.load.dollars == pytest.approx(2 * one.load.dollars)
    assert two.storage_dollars == pytest.approx(2 * one.storage_dollars)
    assert one.files == -(-(10**12) // given.file_bytes)


def test_without_enough_measured_loads_work_is_not_said_and_storage_is() -> None:
    one = estimate(inputs().users[2], None, {"raw": 12_000.0, "stored": 1_300.0, "tables": 1_000.0}, inputs())
    assert (one.load, one.day) == (None, None)
    assert one.raw_bytes == 1.2e15


def test_what_is_not_measured_is_read_whole_or_refused(tmp_path: Path) -> None:
    given = inputs()
    assert [user.name for user in given.users] == ["merchant", "platform", "network"]
    assert replace(given.prices, core_hour=0).work(1e6, 0.5) == 0
    other = tmp_path / "inputs.yaml"
    other.write_text("users: {}\ncluster: {executor_cores: 4}\nprices: {}\nlayout: {}\n")
    with pytest.raises(TypeError, match="executor_memory_gb"):
        inputs(other)


def test_a_chart_has_a_dot_for_each_measured_figure_and_a_line_for_what_was_fitted() -> None:
    text = chart("a < b", "n", "s", [Curve("one", [(1, 1), (10, 20), (100, 0)], [(1, 1), (1000, 50)])])
    drawn = ElementTree.fromstring(text)
    space = "{http://www.w3.org/2000/svg}"
    circles = drawn.findall(f"{space}circle")
    assert len(circles) == 2 + 1  # what is not above 0 has no place; one more tells the curve's name
    [line] = drawn.findall(f"{space}polyline")
    assert len(line.attrib["points"].split()) == 2
