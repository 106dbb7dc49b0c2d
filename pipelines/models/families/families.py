"""The families of models by name: fit one, save one, load one.

A family's libraries are imported when it is first used.
"""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import cast

from pipelines.errors import ModelError
from pipelines.models.families.arrays import Flags, Floats
from pipelines.models.families.model import Family, Fitting, Model, Params, class_weights, matrix

LIGHT = ("logistic", "forest", "boosting")
"""Those that need nothing that is not installed anyway: what is tried unless a task says otherwise."""

FAMILIES = (*LIGHT, "network")
"""Each is a module of that name beside this one."""

FORMAT = 1
"""Version of how a model lies in its folder. A folder of a greater one is not read."""

FILE = "model.json"


def family(name: str) -> Family:
    """The module of a family.

    Raises:
        ModelError: there is none of that name.
    """
    if name not in FAMILIES:
        raise ModelError(f"{name!r} is no family of models; there are: {', '.join(FAMILIES)}")
    return cast(Family, import_module(f"pipelines.models.families.{name}"))


def fit(
    name: str,
    x: Floats,
    y: Flags,
    feature_names: tuple[str, ...],
    params: Params,
    seed: int = 0,
    threads: int = 1,
) -> Model:
    """A model of a family, fitted on these rows. The same arguments give the same model.

    Args:
        name: of the family.
        x: one row a payment, one column a feature; NaN where not known.
        y: whether it is fraud.
        feature_names: of the columns.
        params: the family's hyper-parameters, and ``positive_weight``.
        seed: of all chance.
        threads: how many cores to use.

    Raises:
        ModelError: rows of one class only, a matrix of another shape, an unknown family, or a library that is missing.
    """
    if y.all() or not y.any():
        found = f"{len(y):,} rows, all of them fraud" if len(y) and y.all() else f"{len(y):,} rows, no fraud"
        raise ModelError(f"{name}: nothing can be learnt from {found}; training needs both fraud and good")
    weights = class_weights(y, params.get("positive_weight", 1))
    given = Fitting(matrix(x, feature_names), y, weights, feature_names, params, seed, threads)
    return family(name).fit(given)


def save(model: Model, folder: Path) -> None:
    """Write a model into a folder, which is made. No file in it can carry code."""
    folder.mkdir(parents=True, exist_ok=True)
    model.write(folder)
    content = {"format": FORMAT, "family": model.family, "feature_names": model.feature_names}
    (folder / FILE).write_text(json.dumps(content, indent=1), encoding="utf-8")


def load(folder: Path, threads: int = 1) -> Model:
    """The model that was saved in a folder. It predicts the same.

    Raises:
        ModelError: there is none, or it was written by a newer Vermeil.
    """
    try:
        content = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder}: holds no model that can be read ({error})") from None
    if content["format"] > FORMAT:
        raise ModelError(f"{folder}: its model was written by a newer Vermeil (format {content['format']})")
    return family(content["family"]).read(folder, tuple(content["feature_names"]), threads)
