"""A feature set that cannot be computed is refused where it is declared, with the place and the allowed words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pipelines.features.conditions import ConditionError, parse
from pipelines.features.feature import (
    Entity,
    Feature,
    FeatureError,
    FeatureSet,
    Own,
    check_columns,
    over,
)
from pipelines.features.windows import WindowError, seconds

CARD = Entity("card", ("account", "card_fingerprint"), "A card at a merchant.")
COUNT = Feature("card_payments_1h", "card", "count", "1h")
MEAN = Feature("card_amount_mean_1h", "card", "mean", "1h", "amount_minor")
FACTS = ("account", "card_fingerprint", "amount_minor", "is_declined", "available_at")
PROBES = ("account", "card_fingerprint", "amount_minor", "at")


def declared(*features: Feature, own: tuple[Own, ...] = ()) -> FeatureSet:
    return FeatureSet("fraud", "About payments.", (CARD,), features, own)


def test_a_line_declares_a_feature_over_several_windows() -> None:
    assert over("card_declines", "card", "count", "5m 1h", where="is_declined", doc="Declines.") == (
        Feature("card_declines_5m", "card", "count", "5m", where="is_declined", doc="Declines."),
        Feature("card_declines_1h", "card", "count", "1h", where="is_declined", doc="Declines."),
    )


def test_a_set_says_what_it_adds_and_how_far_back_it_looks() -> None:
    velocity = Feature("card_velocity_1h", "card", "velocity", "1h", baseline="7d")
    ratio = Feature("card_amount_ratio_1d", "card", "ratio", "1d", "amount_minor", where="not is_declined")
    found = declared(COUNT, velocity, ratio, own=(Own("hour", "hour(at)"),))
    assert found.names == ("hour", "card_payments_1h", "card_velocity_1h", "card_amount_ratio_1d")
    assert found.longest_window == 7
    assert found.fact_columns == tuple(sorted(FACTS))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"entity": "cart"}, "no entity 'cart'; there are card"),
        ({"aggregation": "median"}, "no aggregation 'median'; there are count, sum, mean"),
        ({"column": None}, "mean needs a column"),
        ({"aggregation": "count"}, "count takes no column, but is given 'amount_minor'"),
        ({"name": "Mean_1h"}, "'Mean_1h' is no name"),
        ({"window": "1d"}, "its name must end in _1d"),
        ({"window": "7x"}, "window '7x': expected a number and one of s, m, h, d"),
        ({"window": "30"}, "window '30': expected a number and one of s, m, h, d"),
        ({"window": "1.5h"}, "window '1.5h': expected a number"),
        ({"window": "0d"}, "window '0d': expected more than nothing and at most 365d"),
        ({"window": "366d"}, "window '366d': expected more than nothing and at most 365d"),
        ({"baseline": "7d"}, "velocity needs a baseline, such as 30d, and nothing else takes one"),
        ({"aggregation": "velocity", "column": None}, "velocity needs a baseline"),
        ({"aggregation": "velocity", "column": None, "baseline": "5m"}, "baseline 5m must be longer than"),
        ({"where": "amount_minor > "}, "expected a column or a value, found 'the end'"),
        ({"where": "lower(status) = 'paid'"}, "'lower' is a function; put what it gives in a column of the facts"),
        ({"aggregation": "share", "column": "is_declined ="}, "condition 'is_declined ='"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place_and_the_allowed_words(
    changed: dict[str, Any], message: str
) -> None:
    feature = replace(MEAN, **changed)
    with pytest.raises(FeatureError) as error:
        declared(feature)
    assert str(error.value).startswith(f"feature set fraud: feature {feature.name}: ")
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("entities", "features", "own", "message"),
    [
        ((CARD,), (COUNT, COUNT), (), "feature card_payments_1h: declared twice"),
        ((CARD,), (COUNT,), (Own("card_payments_1h", "1"),), "feature card_payments_1h: declared twice"),
        ((CARD, CARD), (COUNT,), (), "entity card: declared twice"),
        ((Entity("card", ()),), (COUNT,), (), "entity card: it has no key"),
        ((CARD,), (), (Own("Hour", "hour(at)"),), "feature 'Hour': 'Hour' is no name"),
    ],
)
def test_names_are_given_once(entities: Any, features: Any, own: Any, message: str) -> None:
    with pytest.raises(FeatureError, match=f"feature set fraud: {message}"):
        FeatureSet("fraud", "", entities, features, own)


@pytest.mark.parametrize(
    ("feature", "facts", "probes", "message"),
    [
        (MEAN, ("amount_minor",), (), "time: the facts have no column 'available_at'; they have amount_minor"),
        (COUNT, FACTS[1:], PROBES, "entity card: the facts have no column 'account'"),
        (COUNT, FACTS, PROBES[1:], "entity card: the probes have no column 'account'"),
        (replace(MEAN, column="amount"), FACTS, PROBES, "card_amount_mean_1h: the facts have no column 'amount'"),
        (replace(COUNT, where="is_paid"), FACTS, PROBES, "card_payments_1h: the facts have no column 'is_paid'"),
        (replace(MEAN, aggregation="ratio"), FACTS, ("account", "card_fingerprint", "at"),
         "feature card_amount_mean_1h: the probes have no column 'amount_minor'"),
        (COUNT, FACTS, (*PROBES, COUNT.name), "the probes have a column of that name already"),
    ],
)  # fmt: skip
def test_a_column_that_is_not_there_is_named_before_anything_is_computed(
    feature: Feature, facts: tuple[str, ...], probes: tuple[str, ...], message: str
) -> None:
    with pytest.raises(FeatureError) as error:
        check_columns(declared(feature), facts, probes)
    assert str(error.value).startswith("feature set fraud, ")
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("window", "length"), [("45s", 45), ("5m", 300), ("2h", 7_200), ("365d", 31_536_000)]
)
def test_a_window_is_a_number_and_a_unit(window: str, length: int) -> None:
    assert seconds(window) == length


@pytest.mark.parametrize("window", ["", "d", "1 d", "-1d", "1D", "d1", "1w"])
def test_nothing_else_is(window: str) -> None:
    with pytest.raises(WindowError, match="expected"):
        seconds(window)


ROW = {"n": 3, "t": "its", "yes": True, "nothing": None}


@pytest.mark.parametrize(
    ("sql", "holds"),
    [
        ("n = 3 and t = 'its'", True),
        ("n <> 3 OR n >= 2.5", True),
        ("n in (1, 2) or not yes", False),
        ("n not in (1, 2)", True),
        ("nothing is null and n is not null", True),
        ("(n < 3 or n > 2) and yes != false", True),
        ("nothing = 3", None),
        ("not nothing", None),
        ("nothing and n = 4", False),
        ("nothing or yes", True),
        ("n in (1, null)", None),
        ("n > -1", True),
    ],
)
def test_a_condition_is_true_false_or_unknown_as_in_sql(sql: str, holds: bool | None) -> None:
    assert parse(sql).holds(ROW) is holds


def test_conditions_mean_to_spark_what_they_mean_to_python(any_spark: Any) -> None:
    sqls = [
        "n = 3 and t = 'its'",
        "n not in (1, 2)",
        "not nothing",
        "nothing or yes",
        "n in (1, null)",
        "n > -1",
    ]
    frame = any_spark.createDataFrame([tuple(ROW.values())], "n int, t string, yes boolean, nothing boolean")
    assert list(frame.selectExpr(*sqls).collect()[0]) == [parse(sql).holds(ROW) for sql in sqls]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("t = 'it''s'", "found \"'s'\""),
        ("t = 'a\\n'", "is not part of a condition"),
        ("n = 3 n", "at character 6: expected and, or, or the end, found 'n'"),
        ("n = ; drop", "at character 4: ';' is not part of a condition"),
        ("n is 3", "expected null, found '3'"),
        ("n in 3", "expected (, found '3'"),
        ("and", "expected a column or a value, found 'and'"),
        ("", "found 'the end'"),
    ],
)
def test_a_condition_that_cannot_be_read_is_refused_where_it_goes_wrong(sql: str, said: str) -> None:
    with pytest.raises(ConditionError) as error:
        parse(sql)
    assert said in str(error.value)
