"""A neural network of fully connected layers: trained by PyTorch, an optional extra, and served without it.

What is kept of it are its weights, as safetensors, and its preparation, as JSON; a prediction is a few matrix products,
which numpy does. So only a machine that trains needs PyTorch.

Contributions are integrated gradients of the log odds: the gradient is averaged along the straight line from a payment
that is average in all to the payment at hand. They add up to the difference of the two but for the error of a sum of
``STEPS`` terms, which is put into the base of each row: base and values always give the network's own output.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.errors import ModelError
from pipelines.models.families.arrays import Floats
from pipelines.models.families.model import Contributions, Fitting, Params, matrix, sigmoid
from pipelines.models.families.preparation import Preparation, prepare

FILE = "network.safetensors"
PREPARATION = "preparation.json"

GRID: tuple[Params, ...] = tuple(
    {"hidden": hidden, "layers": 2, "dropout": 0.2, "epochs": epochs, "rate": 0.001, "positive_weight": 1}
    for hidden, epochs in ((32, 20), (64, 20))
)
"""``hidden`` is the width of each layer, ``rate`` Adam's learning rate, ``epochs`` the passes over the rows."""

BATCH = 256
"""Rows of one step of training."""

STEPS = 64
"""Points on the line along which gradients are averaged."""

ROWS = 4096
"""Rows whose contributions are worked out at a time: each is looked at in ``STEPS`` places."""

Layer = tuple[Floats, Floats]
"""Weights, one row an input, and biases."""


@dataclass(frozen=True)
class Network:
    """A fitted network. Between two layers stands a rectifier."""

    feature_names: tuple[str, ...]
    preparation: Preparation = field(repr=False)
    layers: tuple[Layer, ...] = field(repr=False)
    family: str = "network"

    def predict(self, x: Floats) -> Floats:
        """Probability of each row."""
        return sigmoid(self._output(self.preparation(matrix(x, self.feature_names))))

    def contributions(self, x: Floats) -> Contributions:
        """Integrated gradients."""
        columns = self.preparation(matrix(x, self.feature_names))
        parts = [self._gradients(columns[at : at + ROWS]) for at in range(0, len(columns), ROWS)]
        moves = np.vstack(parts) * columns if parts else columns
        return Contributions(
            self.preparation.by_feature(moves), self._output(columns) - moves.sum(axis=1), "log_odds"
        )

    def write(self, folder: Path) -> None:
        """Write weights and preparation."""
        from safetensors.numpy import save_file

        tensors = {}
        for number, (weights, biases) in enumerate(self.layers):
            tensors[f"{number}.weights"] = np.ascontiguousarray(weights)
            tensors[f"{number}.biases"] = biases
        save_file(tensors, folder / FILE)
        (folder / PREPARATION).write_text(json.dumps(self.preparation.to_json()), encoding="utf-8")

    def _output(self, columns: Floats) -> Floats:
        """Log odds of each row."""
        *hidden, (weights, biases) = self.layers
        for inner, shift in hidden:
            columns = np.maximum(columns @ inner + shift, 0)
        found: Floats = columns @ weights[:, 0] + biases[0]
        return found

    def _gradients(self, columns: Floats) -> Floats:
        """The gradient of each row's log odds by its columns, averaged along the line from the average payment."""
        total = np.zeros(columns.shape)
        for step in range(STEPS):
            total += self._gradient(columns * ((step + 0.5) / STEPS))
        return total / STEPS

    def _gradient(self, columns: Floats) -> Floats:
        *hidden, (weights, _) = self.layers
        active = []
        for inner, shift in hidden:
            columns = np.maximum(columns @ inner + shift, 0)
            active.append(columns > 0)
        slope: Floats = np.broadcast_to(weights[:, 0], (len(columns), len(weights)))
        for (inner, _), is_on in zip(reversed(hidden), reversed(active), strict=True):
            slope = (slope * is_on) @ inner.T
        return slope


def fit(given: Fitting) -> Network:
    """Train with Adam on shuffled batches. The same arguments, threads included, give the same network.

    Raises:
        ModelError: PyTorch is not installed.
    """
    torch = _torch()
    preparation = prepare(given.x, is_log=True)
    columns = preparation(given.x)
    before = torch.get_num_threads()
    torch.set_num_threads(given.threads)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(given.seed)
            net = _untrained(torch, columns.shape[1], given.params)
            rows, truth, worth = (
                torch.tensor(values, dtype=torch.float32)
                for values in (columns, given.y, given.weights / given.weights.mean())
            )
            _train(torch, net, rows, truth, worth, given.params)
    finally:
        torch.set_num_threads(before)
    linear = [layer for layer in net if isinstance(layer, torch.nn.Linear)]
    return Network(
        given.feature_names, preparation, tuple((_array(one.weight.T), _array(one.bias)) for one in linear)
    )


def read(folder: Path, feature_names: tuple[str, ...], threads: int) -> Network:
    """The model that was written into a folder."""
    from safetensors.numpy import load_file

    tensors = load_file(folder / FILE)
    layers = tuple(
        (tensors[f"{number}.weights"], tensors[f"{number}.biases"]) for number in range(len(tensors) // 2)
    )
    content = json.loads((folder / PREPARATION).read_text(encoding="utf-8"))
    return Network(feature_names, Preparation.from_json(content), layers)


def _torch() -> Any:
    try:
        import torch
    except ImportError:
        raise ModelError(
            "network: training needs PyTorch, which is not installed: pip install 'vermeil[deep]', "
            "or make deep in a checkout. Predicting does not"
        ) from None
    return torch


def _untrained(torch: Any, inputs: int, params: Params) -> Any:
    width, parts = int(params["hidden"] or 32), []
    for _ in range(int(params["layers"] or 1)):
        parts += [
            torch.nn.Linear(inputs, width),
            torch.nn.ReLU(),
            torch.nn.Dropout(float(params["dropout"] or 0)),
        ]
        inputs = width
    return torch.nn.Sequential(*parts, torch.nn.Linear(inputs, 1))


def _train(torch: Any, net: Any, rows: Any, truth: Any, worth: Any, params: Params) -> None:
    optimiser = torch.optim.Adam(net.parameters(), lr=float(params["rate"] or 0.001))
    net.train()
    for _ in range(int(params["epochs"] or 1)):
        for batch in torch.randperm(len(rows)).split(BATCH):
            loss = torch.nn.functional.binary_cross_entropy_with_logits(
                net(rows[batch]).squeeze(1), truth[batch], worth[batch]
            )
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()


def _array(tensor: Any) -> Floats:
    return np.ascontiguousarray(tensor.detach().numpy(), dtype=np.float64)
