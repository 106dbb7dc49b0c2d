"""No model learns what was not known, and nothing is chosen by days that are judged by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import ModelError
from pipelines.models.training.examples import Examples, at_utc, judged, learnt, moment
from pipelines.models.training.folds import Fold, FoldRule, Folds, starting
from tests.pipelines.models.history import DAY, day

HANDBOOK = Folds(
    validation=starting(("2018-06-20", "2018-06-27", "2018-07-04", "2018-07-11"), 7, 7, 7),
    test=starting(("2018-07-25", "2018-08-01", "2018-08-08", "2018-08-15"), 7, 7, 7),
)
FOLD = Fold(day(2), train_days=5, delay_days=3, test_days=4)


@st.composite
def payments(draw: st.DrawFn) -> Examples:
    """Payments of twenty days on four cards, or on none, some of them fraud that became known later."""
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(0, 20 * DAY),
                st.none() | st.integers(0, 12 * DAY),
                st.booleans(),
                st.integers(-1, 3),
            ),
            min_size=1,
            max_size=30,
        )
    )
    rows.sort(key=lambda row: row[0])
    begin = moment(day(0))
    at = np.array([begin + second for second, *_ in rows])
    later = [
        np.timedelta64("NaT", "s") if late is None else np.timedelta64(late, "s") for _, late, *_ in rows
    ]
    y = np.array([late is not None for _, late, *_ in rows])
    return Examples(
        feature_names=("feature",),
        x=np.zeros((len(rows), 1)),
        y=y,
        is_settled=y | np.array([settled for *_, settled, _ in rows]),
        at=at,
        known_at=at + np.array(later),
        worth=np.ones(len(rows)),
        cards=np.array([card for *_, card in rows]),
    )


@given(payments())
def test_what_is_learnt_was_known_at_the_first_moment_that_is_judged(examples: Examples) -> None:
    within, fraud = learnt(examples, FOLD)
    begun = moment(FOLD.test_from)
    assert (examples.at[within] + FOLD.delay_days * DAY <= begun).all()
    assert (examples.known_at[fraud] <= begun).all()


@given(payments(), st.data())
def test_what_becomes_known_later_changes_nothing_that_is_learnt(
    examples: Examples, data: st.DataObject
) -> None:
    begun = moment(FOLD.test_from)
    late = ~(examples.known_at <= begun)
    flips = late & np.array(data.draw(st.lists(st.booleans(), min_size=len(late), max_size=len(late))))
    other = Examples(
        examples.feature_names, examples.x, examples.y ^ flips, examples.is_settled, examples.at,
        np.where(flips, begun + 1, examples.known_at), examples.worth, examples.cards,
    )  # fmt: skip
    for mine, others in zip(learnt(examples, FOLD), learnt(other, FOLD), strict=True):
        assert np.array_equal(mine, others)


@given(payments(), st.booleans())
def test_only_settled_payments_of_later_days_are_judged_by(examples: Examples, is_left_out: bool) -> None:
    chosen = judged(examples, FOLD, is_caught_left_out=is_left_out)
    within, _ = learnt(examples, FOLD)
    assert not (chosen & within).any()
    assert examples.is_settled[chosen].all()
    assert (examples.at[chosen] >= moment(FOLD.test_from)).all()
    assert (examples.at[chosen] < moment(FOLD.test_until)).all()


@given(payments())
def test_cards_known_to_be_compromised_before_a_day_are_left_out_of_it(examples: Examples) -> None:
    everything = judged(examples, FOLD, is_caught_left_out=False)
    expected = []
    for row in np.flatnonzero(everything):
        midnight = examples.at[row].astype("datetime64[D]").astype("datetime64[s]")
        frauds = examples.y & (examples.cards == examples.cards[row]) & (examples.cards >= 0)
        known = frauds & (examples.known_at < midnight) & (examples.at >= moment(FOLD.train_from))
        if not known.any():
            expected.append(row)
    chosen = judged(examples, FOLD, is_caught_left_out=True)
    assert np.flatnonzero(chosen).tolist() == expected


@given(
    st.integers(0, 400), st.integers(1, 60), st.integers(1, 20), st.integers(0, 30),
    st.integers(1, 14), st.integers(1, 4), st.integers(1, 4),
)  # fmt: skip
def test_folds_laid_over_a_history_lie_within_it_in_order(
    length: int, most: int, least: int, delay: int, test: int, tests: int, validations: int
) -> None:
    rule = FoldRule(max(most, least), least, delay, test, tests, validations)
    first, until = day(0) + timedelta(hours=7), day(length)
    if length - 1 < rule.needed_days:
        with pytest.raises(ModelError, match=f"training needs {rule.needed_days}"):
            rule.folds(first, until)
        return
    folds = rule.folds(first, until)
    ordered = [*folds.validation, *folds.test]
    assert (len(folds.validation), len(folds.test)) == (validations, tests)
    assert all(fold.train_from >= first and fold.train_days >= least for fold in ordered)
    assert all(one.test_until <= other.test_from for one, other in pairwise(ordered))
    known = folds.validation[-1].test_until + timedelta(days=delay)
    assert known <= folds.test[0].test_from
    assert folds.test[-1].test_until == until


def test_the_handbooks_folds_are_said_by_their_first_days() -> None:
    first = HANDBOOK.test[0]
    assert first.test_from == datetime(2018, 8, 8, tzinfo=UTC)
    assert str(first) == "2018-08-08 to 2018-08-14"


def test_what_is_validated_on_days_whose_labels_come_too_late_is_refused() -> None:
    with pytest.raises(ModelError, match="known on 2018-08-15, after the first test day, 2018-08-08"):
        Folds(starting(("2018-07-18",), 7, 7, 7), HANDBOOK.test)
    with pytest.raises(ModelError, match="at least one validation fold and one test fold"):
        Folds((), HANDBOOK.test)


@pytest.mark.parametrize("days", [(0, 1, 1), (1, -1, 1), (1, 1, 0)])
def test_a_fold_needs_days(days: tuple[int, int, int]) -> None:
    with pytest.raises(ModelError, match="training and test need at least one day"):
        Fold(day(0), *days)


def test_moments_go_to_numpy_and_back() -> None:
    assert at_utc(moment(day(3))) == day(3)
