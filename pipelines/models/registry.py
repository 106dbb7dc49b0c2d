"""Runs and models in MLflow: what was tried, what there is, which one serves, which one shadows it.

A version's files are loaded by our own readers of safe formats, never by MLflow's. MLflow is imported when it is first
needed: it takes seconds.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

from pipelines.errors import ModelError
from pipelines.models.drift import reference as drift
from pipelines.models.drift.reference import Reference
from pipelines.models.families import calibrated
from pipelines.models.families.calibrated import CalibratedModel
from pipelines.models.judging.card import model_card
from pipelines.models.judging.plots import page
from pipelines.models.training.promotion import Decision
from pipelines.models.training.provenance import Provenance
from pipelines.models.training.training import Trained
from pipelines.settings import Settings

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param
    from mlflow.entities.model_registry import ModelVersion

Alias = Literal["serving", "shadow"]

MODEL = "model"
"""Folder of a run that holds the model."""

CARD = "model_card.md"
PLOTS = "plots.html"
REFERENCES = "references.json"

DATABASE = "mlflow.db"
ARTIFACTS = "artifacts"

QUIET = ("mlflow", "alembic")
"""Libraries that log what nobody asked for."""


@dataclass(frozen=True)
class Version:
    """A model in the registry.

    Attributes:
        task: what it predicts.
        number: ascending with each training.
        digest: of its files.
        run_id: MLflow's run.
        aliases: what it is used for.
        folder: of its files.
        tags: what MLflow keeps of it.
    """

    task: str
    number: int
    digest: str
    run_id: str
    aliases: tuple[str, ...]
    folder: Path
    tags: Mapping[str, str]

    @property
    def name(self) -> str:
        """Task, number and the beginning of the digest: a name that no other model ever has, in any registry."""
        return f"{self.task}-{self.number}-{self.digest[:8]}"

    @property
    def decision(self) -> Decision | None:
        """What was decided when it was trained."""
        text = self.tags.get("decision")
        return Decision.from_json(text) if text else None

    @property
    def tables(self) -> dict[str, int]:
        """Delta versions of the tables that it was made from."""
        found: dict[str, int] = json.loads(self.tags["tables"])
        return found

    @cached_property
    def model(self) -> CalibratedModel:
        """The model, calibrated.

        Raises:
            ModelError: its files are not those that were registered.
        """
        if (found := digest(self.folder)) != self.digest:
            raise ModelError(
                f"{self.name}: the files in {self.folder} are not those that were registered "
                f"(digest {found[:8]}, registered {self.digest[:8]}); restore them, or train anew"
            )
        return calibrated.load(self.folder)

    @cached_property
    def references(self) -> dict[str, Reference]:
        """How each feature was spread in training, and the probabilities on the test days."""
        return drift.from_json(json.loads((self.folder / REFERENCES).read_text(encoding="utf-8")))

    @property
    def card(self) -> str:
        """The model card, in Markdown."""
        return (self.folder / CARD).read_text(encoding="utf-8")


class Registry:
    """The models of a lakehouse's settings.

    Args:
        settings: where they are kept.
    """

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.models_dir
        self._server = settings.mlflow_uri

    @property
    def uri(self) -> str:
        """Where MLflow keeps runs and versions."""
        return self._server or f"sqlite:///{self._folder / DATABASE}"

    @cached_property
    def _client(self) -> MlflowClient:
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
        for name in QUIET:
            logging.getLogger(name).setLevel(logging.WARNING)
        from mlflow import MlflowClient

        for name in QUIET:
            logging.getLogger(name).setLevel(logging.WARNING)  # importing it has set its own
        self._folder.mkdir(parents=True, exist_ok=True)
        return MlflowClient(tracking_uri=self.uri, registry_uri=self.uri)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever kept here; told without MLflow where it is a file."""
        return self._server is None and not (self._folder / DATABASE).exists()

    def record(self, trained: Sequence[Trained], made: Provenance) -> Version:
        """Keep a training: a run for each family, and the first one's model as a new version, which shadows.

        Args:
            trained: what training gave, the best first.
            made: what it was made from.
        """
        best, *others = trained
        for one in others:
            run = self._run(one, made)
            self._client.set_terminated(run)
        run = self._run(best, made)
        with TemporaryDirectory(prefix="vermeil-model-") as place:
            folder = Path(place) / MODEL
            calibrated.save(best.model, folder)
            spread = drift.references(best.learnt_x, best.model.feature_names)
            spread[drift.PROBABILITY] = drift.reference(best.scored.probabilities)
            (folder / REFERENCES).write_text(json.dumps(drift.as_json(spread)), encoding="utf-8")
            number = self._next_number(best.task.name)
            title = f"{best.task.name}-{number}"
            (folder / CARD).write_text(model_card(title, best, made), encoding="utf-8")
            found = digest(folder)
            (Path(place) / PLOTS).write_text(page(best, title), encoding="utf-8")
            self._keep(run, Path(place))
        self._client.set_terminated(run)
        version = self._client.create_model_version(
            best.task.name,
            source=f"runs:/{run}/{MODEL}",
            run_id=run,
            tags={**_tags(best, made), "digest": found},
        )
        self._client.set_registered_model_alias(best.task.name, "shadow", version.version)
        return self.version(best.task.name, int(version.version))

    def decided(self, version: Version, decision: Decision) -> Version:
        """Keep what was decided of a version; a promoted one serves from now on, and shadows no more.

        To go back to an earlier version by hand, decide so: with the reason in words.
        """
        self._client.set_model_version_tag(version.task, str(version.number), "decision", decision.to_json())
        if decision.is_promoted:
            self._client.set_registered_model_alias(version.task, "serving", str(version.number))
            if "shadow" in version.aliases:
                self._client.delete_registered_model_alias(version.task, "shadow")
        return self.version(version.task, version.number)

    def serving(self, task: str) -> Version | None:
        """The version that decides; None if there is none yet."""
        return self._by_alias(task, "serving")

    def shadow(self, task: str) -> Version | None:
        """The newest version that was not promoted, which is scored and decides nothing; None if there is none."""
        return self._by_alias(task, "shadow")

    def version(self, task: str, number: int) -> Version:
        """A version by its number.

        Raises:
            ModelError: there is none.
        """
        known = {version.number: version for version in self.versions(task)}
        if number not in known:
            there = ", ".join(map(str, known)) or "none"
            raise ModelError(f"{task}: no version {number} in {self.uri}; there are: {there}")
        return known[number]

    def versions(self, task: str) -> tuple[Version, ...]:
        """All versions, the first one first."""
        if self.is_empty or not self._is_registered(task):
            return ()
        aliases: dict[str, list[str]] = {}
        for alias, number in self._client.get_registered_model(task).aliases.items():
            aliases.setdefault(str(number), []).append(alias)
        found = self._client.search_model_versions(f"name='{task}'")
        versions = (self._version(one, tuple(sorted(aliases.get(str(one.version), ())))) for one in found)
        return tuple(sorted(versions, key=lambda version: version.number))

    def figures(self, version: Version) -> dict[str, float]:
        """How a version did on its test days: means of figures, by name, and the counts ``payments`` and ``frauds``."""
        logged = self._client.get_run(version.run_id).data.metrics
        return {
            name.removeprefix("test."): float(value)
            for name, value in logged.items()
            if name.startswith("test.")
        }

    def _by_alias(self, task: str, alias: Alias) -> Version | None:
        return next((version for version in self.versions(task) if alias in version.aliases), None)

    def _version(self, found: ModelVersion, aliases: tuple[str, ...]) -> Version:
        return Version(
            task=found.name,
            number=int(found.version),
            digest=found.tags["digest"],
            run_id=found.run_id,
            aliases=aliases,
            folder=self._files(found.run_id),
            tags=dict(found.tags),
        )

    def _keep(self, run: str, folder: Path) -> None:
        """Keep files with a run. MLflow would put those of a local store where its home was when it was made."""
        if self._server is None:
            shutil.copytree(folder, self._folder / ARTIFACTS / run / ARTIFACTS, dirs_exist_ok=True)
        else:
            self._client.log_artifacts(run, str(folder))

    def _files(self, run: str) -> Path:
        """Folder of a run's model, fetched first if a server has it."""
        if self._server is None:
            return self._folder / ARTIFACTS / run / ARTIFACTS / MODEL
        fetched = self._folder / "fetched" / run
        if not (fetched / MODEL).is_dir():
            fetched.mkdir(parents=True, exist_ok=True)
            self._client.download_artifacts(run, MODEL, str(fetched))
        return fetched / MODEL

    def _run(self, trained: Trained, made: Provenance) -> str:
        run = self._client.create_run(
            self._experiment(trained.task.name), tags=_tags(trained, made), run_name=trained.family
        )
        found: str = run.info.run_id
        metrics, params = _logged(trained, int(made.trained_at.timestamp() * 1000))
        self._client.log_batch(found, metrics=metrics, params=params)
        return found

    def _experiment(self, task: str) -> str:
        known = self._client.get_experiment_by_name(task)
        if known is not None:
            return str(known.experiment_id)
        place = None if self._server else (self._folder / ARTIFACTS).as_uri()
        return str(self._client.create_experiment(task, artifact_location=place))

    def _next_number(self, task: str) -> int:
        if not self._is_registered(task):
            self._client.create_registered_model(task)
        return max((version.number for version in self.versions(task)), default=0) + 1

    def _is_registered(self, task: str) -> bool:
        return bool(self._client.search_registered_models(f"name='{task}'"))


def digest(folder: Path) -> str:
    """SHA-256 of a folder's files, their names included."""
    found = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        found.update(f"{path.relative_to(folder).as_posix()} {content}\n".encode())
    return found.hexdigest()


def _tags(trained: Trained, made: Provenance) -> dict[str, str]:
    last = trained.results[-1].fold
    return {
        "task": trained.task.name,
        "family": trained.family,
        "tables": json.dumps(dict(made.tables), sort_keys=True),
        "code_version": made.code_version,
        "git_commit": made.git_commit or "",
        "seed": str(trained.seed),
        "trained_at": made.trained_at.isoformat(),
        "learnt_from": last.train_from.isoformat(),
        "learnt_until": last.test_from.isoformat(),
        "features": str(len(trained.model.feature_names)),
    }


def _logged(trained: Trained, at: int) -> tuple[list[Metric], list[Param]]:
    from mlflow.entities import Metric, Param

    means: dict[str, Any] = {
        f"{role}.{name}": value
        for role in ("validation", "test")
        for name, value in trained.figures("test" if role == "test" else "validation").items()
    }
    tests = [result for result in trained.results if result.role == "test"]
    means["test.payments"] = sum(result.judged_count for result in tests)
    means["test.frauds"] = sum(result.judged_fraud_count for result in tests)
    metrics = [Metric(name, value, at, 0) for name, value in means.items() if value is not None]
    for step, result in enumerate(trained.results):
        metrics += [
            Metric(f"fold.{name}", value, at, step)
            for name, value in result.figures.items()
            if value is not None
        ]
    given = {**trained.params, "seed": trained.seed, "calibration": trained.model.calibration.method}
    return metrics, [Param(name, str(value)) for name, value in given.items()]
