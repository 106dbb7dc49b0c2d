"""What every family promises: it learns, explains itself, can be saved, and does the same again."""

from __future__ import annotations

import importlib.util
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from pipelines.errors import ModelError
from pipelines.models.families import families, forest, network
from pipelines.models.families.arrays import Floats
from pipelines.models.families.model import Model, Params, check_features, class_weights
from pipelines.models.families.preparation import FARTHEST, prepare
from pipelines.models.judging.metrics import roc_auc
from tests.pipelines.models.payments import NAMES, payments

NEEDS_TORCH = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None,
    reason="training a network needs PyTorch, an optional extra: make deep",
)
EACH = pytest.mark.parametrize("name", [*families.LIGHT, pytest.param("network", marks=NEEDS_TORCH)])
SMALL: dict[str, Params] = {
    "logistic": {"C": 1.0, "is_log": 1},
    "forest": {"trees": 20, "max_depth": 6, "min_samples_leaf": 3},
    "boosting": {"trees": 30, "max_depth": 3, "eta": 0.2},
    "network": {"hidden": 8, "layers": 2, "dropout": 0.1, "epochs": 30, "rate": 0.01},
}
SAFE = {".json", ".skops", ".safetensors"}

x, y = payments()
unseen_x, unseen_y = payments(seed=8)


@pytest.fixture(scope="module")
def fitted() -> dict[str, Model]:
    found = [*families.LIGHT, *(["network"] if importlib.util.find_spec("torch") else [])]
    return {name: families.fit(name, x, y, NAMES, SMALL[name], seed=3) for name in found}


@EACH
def test_it_ranks_payments_that_it_has_not_seen(fitted: dict[str, Model], name: str) -> None:
    found = fitted[name].predict(unseen_x)
    assert ((found >= 0) & (found <= 1)).all()
    assert (roc_auc(unseen_y, found) or 0) > 0.85


@EACH
def test_contributions_add_up_to_the_score(fitted: dict[str, Model], name: str) -> None:
    found = fitted[name].contributions(unseen_x)
    assert found.values.shape == unseen_x.shape
    assert np.allclose(found.probabilities, fitted[name].predict(unseen_x), atol=1e-5)


@EACH
def test_what_tells_fraud_contributes_more_than_noise(fitted: dict[str, Model], name: str) -> None:
    weight = np.abs(fitted[name].contributions(unseen_x).values).mean(axis=0)
    assert weight[:4].min() > weight[NAMES.index("noise")]


@EACH
def test_it_predicts_the_same_after_it_was_saved_in_formats_that_carry_no_code(
    fitted: dict[str, Model], name: str, tmp_path: Path
) -> None:
    families.save(fitted[name], tmp_path / "model")
    loaded = families.load(tmp_path / "model")
    assert {path.suffix for path in (tmp_path / "model").iterdir()} <= SAFE
    assert (loaded.family, loaded.feature_names) == (name, NAMES)
    assert np.array_equal(loaded.predict(unseen_x), fitted[name].predict(unseen_x))
    assert np.array_equal(loaded.contributions(unseen_x).values, fitted[name].contributions(unseen_x).values)


@EACH
def test_the_same_rows_and_seed_give_the_same_model(fitted: dict[str, Model], name: str) -> None:
    again = families.fit(name, x, y, NAMES, SMALL[name], seed=3)
    assert np.array_equal(again.predict(unseen_x), fitted[name].predict(unseen_x))


@EACH
def test_a_row_is_scored_by_itself(fitted: dict[str, Model], name: str) -> None:
    whole = fitted[name].predict(unseen_x)
    assert np.allclose(fitted[name].predict(unseen_x[5:9]), whole[5:9], atol=1e-12)
    assert fitted[name].predict(unseen_x[:0]).shape == (0,)
    assert fitted[name].contributions(unseen_x[:0]).values.shape == (0, len(NAMES))


@EACH
def test_unknown_values_are_scored(fitted: dict[str, Model], name: str) -> None:
    assert np.isfinite(fitted[name].predict(np.full((2, len(NAMES)), np.nan))).all()


@EACH
def test_fraud_that_weighs_more_gets_higher_probabilities(name: str) -> None:
    heavy = families.fit(name, x, y, NAMES, {**SMALL[name], "positive_weight": "balanced"}, seed=3)
    light = families.fit(name, x, y, NAMES, {**SMALL[name], "positive_weight": 1}, seed=3)
    assert heavy.predict(unseen_x).mean() > 1.5 * light.predict(unseen_x).mean()


@EACH
def test_a_matrix_of_other_columns_is_refused(fitted: dict[str, Model], name: str) -> None:
    for use in (fitted[name].predict, fitted[name].contributions):
        with pytest.raises(ModelError, match=r"shape \(1500, 4\) for a model of 5 features.*amount, hour"):
            use(unseen_x[:, :4])


@pytest.mark.parametrize("labels", [np.zeros(len(y), bool), np.ones(len(y), bool)], ids=["good", "fraud"])
def test_nothing_is_learnt_from_one_class(labels: families.Flags) -> None:
    with pytest.raises(ModelError, match="training needs both fraud and good"):
        families.fit("logistic", x, labels, NAMES, SMALL["logistic"])


def test_an_unknown_family_is_named_with_those_there_are() -> None:
    with pytest.raises(ModelError, match=r"'bosting' is no family.*logistic, forest, boosting, network"):
        families.family("bosting")


def test_an_unknown_class_weight_is_refused() -> None:
    assert class_weights(np.array([True, False, False]), "balanced").tolist() == [2, 1, 1]
    with pytest.raises(ModelError, match="positive_weight: 'heavy'; a positive number or 'balanced'"):
        class_weights(y, "heavy")


def test_a_model_whose_features_are_not_in_the_table_says_which_and_what_there_is() -> None:
    check_features(["amount"], ["amount", "hour"], "fraud/3", "gold.features_payments")
    said = (
        r"fraud/3: gold.features_payments has no amont \(did you mean amount\?\)\. .*There are: amount, hour"
    )
    with pytest.raises(ModelError, match=said):
        check_features(["amont", "hour"], ["hour", "amount"], "fraud/3", "gold.features_payments")


def test_a_folder_without_a_model_and_one_of_a_newer_vermeil_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds no model"):
        families.load(tmp_path)
    (tmp_path / families.FILE).write_text('{"format": 99}')
    with pytest.raises(ModelError, match="newer Vermeil"):
        families.load(tmp_path)


def test_a_forest_file_with_other_types_is_never_built(fitted: dict[str, Model], tmp_path: Path) -> None:
    families.save(fitted["forest"], tmp_path)
    _claim_to_be(tmp_path / forest.FILE, "os", "system")
    with pytest.raises(ModelError, match=r"holds types that a forest has not: .*os\.system"):
        families.load(tmp_path)


def _claim_to_be(file: Path, module: str, name: str) -> None:
    with zipfile.ZipFile(file) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    schema = json.loads(parts["schema.json"])
    schema["__module__"], schema["__class__"] = module, name
    with zipfile.ZipFile(file, "w") as archive:
        for part, content in {**parts, "schema.json": json.dumps(schema).encode()}.items():
            archive.writestr(part, content)


def test_for_trees_of_one_split_the_forest_gives_shapley_values() -> None:
    from shap import TreeExplainer

    stumps = families.fit("forest", x, y, NAMES, {"trees": 10, "max_depth": 1}, seed=1)
    assert isinstance(stumps, forest.Forest)
    columns = stumps.preparation(unseen_x[:50])
    expected = TreeExplainer(stumps.forest).shap_values(columns)[:, :, 1]
    assert np.allclose(
        stumps.contributions(unseen_x[:50]).values, stumps.preparation.by_feature(expected), atol=1e-6
    )


def _tiny(*layers: tuple[list[list[float]], list[float]]) -> network.Network:
    made = tuple((np.array(weights, float), np.array(biases, float)) for weights, biases in layers)
    inputs = len(layers[0][0])
    names = NAMES[:inputs]
    plain = network.Preparation(
        False, np.zeros(inputs), np.zeros(inputs), np.ones(inputs), np.empty(0, np.int64)
    )
    return network.Network(names, plain, made)


def test_a_network_is_served_without_pytorch_and_its_gradients_are_integrated() -> None:
    net = _tiny(([[1.0], [-2.0]], [0.0]), ([[3.0]], [-1.0]))
    rows: Floats = np.array([[2.0, 0.5], [0.0, 1.0]])
    found = net.contributions(rows)
    assert found.values.tolist() == [[6, -3], [0, 0]]
    assert found.base.tolist() == [-1, -1]
    assert np.allclose(net.predict(rows), 1 / (1 + np.exp([-2, 1])))


@NEEDS_TORCH
def test_the_integral_misses_little_of_a_networks_output(fitted: dict[str, Model]) -> None:
    found = fitted["network"].contributions(unseen_x)
    missed = np.abs(found.base - np.median(found.base))
    assert missed.mean() < 0.01 * np.abs(found.values.sum(axis=1)).mean()


def test_a_network_that_cannot_be_trained_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(ModelError, match=r"pip install 'vermeil\[deep\]'"):
        families.fit("network", x, y, NAMES, SMALL["network"])


def test_a_rare_value_far_off_counts_in_full_where_the_model_says_so() -> None:
    x = np.zeros((50_000, 1))
    x[:20, 0] = np.repeat([1.0, 3.0], 10)
    y = x[:, 0] > 2
    bounded = prepare(x, is_log=False)(x)
    assert bounded[0, 0] == bounded[19, 0] == FARTHEST
    free = prepare(x, is_log=False, farthest=0)(x)
    assert free[19, 0] > free[0, 0] > FARTHEST
    model = families.fit("logistic", x, y, ("risk",), {"C": 1.0, "farthest": 0})
    assert model.predict(x[19:20])[0] > 2 * model.predict(x[:1])[0]
