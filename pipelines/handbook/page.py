"""What the benchmark found: as JSON, as text, and as a page of the documentation."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from pipelines.handbook.benchmark import Result, Standing
from pipelines.handbook.protocol import BEST

_HEADS = "| | AUC | AP | CP@100 | the book's AUC | AP | CP@100 |\n|---|---:|---:|---:|---:|---:|---:|"

_PAGE = """# The Fraud Detection Handbook's benchmark

The [Fraud Detection Handbook](https://fraud-detection-handbook.github.io/fraud-detection-handbook/) ships 1.75 million
simulated card transactions and says how models on them are compared. This page is written by

```bash
vermeil benchmark handbook --data path/to/handbook --out docs/benchmark_handbook.md
```

which takes the daily files through the mapping `pipelines/sources/examples/handbook.yaml` into bronze and
`silver.charges`, computes features with the feature engine, and trains models of `pipelines/models`.

**The protocol.** Each fold learns from 7 days, waits 7 days, after which the label of a payment is known, and is
judged by 7 days. Test folds begin to learn on 2018-07-25, 08-01, 08-08 and 08-15; everything is chosen on the four
folds that begin on 2018-06-20, 06-27, 07-04 and 07-11. Of each test day the cards that are known to be compromised are
left out. AP is the average precision; CP@100 the share of compromised cards among the 100 most suspicious of a day.
Knowing all labels gives a CP@100 of .419.

## Result

Means of the four test weeks and of {seeds} seeds; the standard deviation over the seeds in brackets. To beat, the
best that the book reports of each figure: {best}.

{heads}
{rows}

The book's models here learn from the book's 15 features, with its grids; they are to show that the protocol is the
same. As in the book, each of their figures is of the hyper-parameters that did best in that figure on the validation
weeks. Ours is one model with {count} features, chosen by AP.

## By week

| days | AUC | AP | CP@100 |
|---|---:|---:|---:|
{weeks}

## What was chosen

On the validation weeks the last model reached AUC {v[auc]:.3f}, AP {v[ap]:.3f} and CP@100 {v[cp100]:.3f},
with `{params}`.
The features that move its scores most, in the last test week:

| feature | mean size of its contribution, in log odds |
|---|---:|
{top}

Ours are declared in `pipelines/handbook/features.py`: what a customer usually pays, without what looks stolen; payments
that are unusual against that; and frauds at a terminal that neither their amount nor their card explains. The number of
the scenario by which a fraud was made is not read. What the book says of the scenarios was known, though: the limit
of 220, the window of 28 days and the threshold of three times the usual amount were shaped by it.
"""


def as_json(found: Result) -> str:
    """The result as one JSON object: our figures on top."""
    return json.dumps(found.as_json())


def as_text(found: Result) -> str:
    """The result as a table for a terminal."""
    lines = [f"{'':26}{'AUC':>7}{'AP':>7}{'CP@100':>8}   the book"]
    for one in (*found.book, found.ours):
        own = "".join(
            f"{one.figures[name]:{width}.3f}" for name, width in (("auc", 7), ("ap", 7), ("cp100", 8))
        )
        lines.append(f"{one.contestant.name:26}{own}   {_book(one.contestant.book)}")
    return "\n".join(lines)


def as_markdown(found: Result) -> str:
    """The result as a page."""
    return _PAGE.format(
        seeds=len(found.ours.seeds),
        best=f"AUC {BEST['auc']:.3f}, AP {BEST['ap']:.3f}, CP@100 {BEST['cp100']:.3f}",
        heads=_HEADS,
        rows="\n".join(map(_row, (*found.book, found.ours))),
        count=found.features_count,
        weeks="\n".join(
            f"| {week.days} | {week.figures['auc']:.3f} | {week.figures['ap']:.3f} | {week.figures['cp100']:.3f} |"
            for week in found.ours.weeks
        ),
        v=found.ours.validation,
        params=json.dumps(dict(found.ours.params["ap"])),
        top="\n".join(f"| `{name}` | {size:.2f} |" for name, size in found.ours.top_features[:12]),
    )


def _row(one: Standing) -> str:
    return f"| {one.contestant.name} | {' | '.join(_measured(one))} | {' | '.join(_reported(one.contestant.book))} |"


def _measured(one: Standing) -> Iterator[str]:
    for name in BEST:
        yield f"{one.figures[name]:.3f} ({one.spread[name]:.3f})"


def _reported(book: Mapping[str, float]) -> Iterator[str]:
    for name in BEST:
        yield f"{book[name]:.3f}" if name in book else ""


def _book(book: Mapping[str, float]) -> str:
    return " ".join(f"{book[name]:.3f}" for name in BEST) if book else ""
