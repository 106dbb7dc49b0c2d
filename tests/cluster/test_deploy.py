"""What is in deploy/ is what Kubernetes, systemd, Dagster and Spark take, as far as they can be asked here."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from dagster import DagsterRun
from dagster._config import validate_config
from dagster_k8s import K8sRunLauncher
from dagster_k8s.job import construct_dagster_k8s_job
from kubernetes.client import ApiClient

from assets.runs.instance import DAGSTER_YAML
from pipelines.delta.spark_settings import fetched_jars, spark_conf

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
INSTANCES = (DEPLOY / "dagster.yaml", KUBERNETES / "dagster.yaml")
NO_OBJECTS = ("kustomization.yaml", "dagster.yaml")
MANIFESTS = [path for path in sorted(KUBERNETES.glob("*.yaml")) if path.name not in NO_OBJECTS]

IMAGE = "vermeil:0.1.0"
NOWHERE = {
    "apiVersion": "v1",
    "kind": "Config",
    "clusters": [{"name": "none", "cluster": {"server": "http://127.0.0.1:9"}}],
    "users": [{"name": "nobody", "user": {}}],
    "contexts": [{"name": "none", "context": {"cluster": "none", "user": "nobody"}}],
    "current-context": "none",
}
"""Of a cluster that is not there: what would be sent to it is looked at, and not sent."""

Json = dict[str, Any]


def objects(path: Path) -> Iterator[Json]:
    yield from yaml.safe_load_all(path.read_text(encoding="utf-8"))


def is_valid(found: Json) -> None:
    """Whether Kubernetes knows an object and every field of it.

    Raises:
        ValidationError: it does not.
    """
    kubernetes_validate.validate(found, kubernetes_validate.latest_version(), strict=True)


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_kubernetes_knows_every_field(path: Path) -> None:
    for found in objects(path):
        is_valid(found)


def test_a_field_that_it_does_not_know_is_found() -> None:
    [service, *_] = objects(KUBERNETES / "services.yaml")
    with pytest.raises(kubernetes_validate.ValidationError):
        is_valid(service | {"spec": {**service["spec"], "prots": []}})


def test_all_that_is_named_is_there() -> None:
    kustomization = next(objects(KUBERNETES / "kustomization.yaml"))
    made = {one["name"] for one in kustomization["configMapGenerator"]}
    files = [
        name for one in kustomization["configMapGenerator"] for name in one.get("files", one.get("envs"))
    ]
    assert all((KUBERNETES / name).is_file() for name in (*kustomization["resources"], *files))
    text = "\n".join(path.read_text(encoding="utf-8") for path in KUBERNETES.glob("*.yaml"))
    named = set(re.findall(r"(?:configMapRef|configMap):\s+name: (\S+)", text))
    assert named == made


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="needs kubectl, which puts the parts together")
def test_the_parts_make_a_whole() -> None:
    made = subprocess.run(["kubectl", "kustomize", str(KUBERNETES)], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    found = list(yaml.safe_load_all(made.stdout))
    for one in found:
        is_valid(one)
    images = set(re.findall(r"image: (\S+)", made.stdout)) - {
        "vermeil"
    }  # as a pod template's, which Spark sets
    assert images == {
        next(objects(KUBERNETES / "automation.yaml"))["spec"]["template"]["spec"]["containers"][0]["image"]
    }


def test_dagster_makes_a_job_of_a_run_that_kubernetes_knows(tmp_path: Path) -> None:
    config = next(objects(KUBERNETES / "dagster.yaml"))["run_launcher"]["config"]
    checked = validate_config(K8sRunLauncher.config_type(), config)
    assert checked.success, checked.errors
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(yaml.safe_dump(NOWHERE), encoding="utf-8")
    elsewhere = {"load_incluster_config": False, "kubeconfig_file": str(kubeconfig), "job_image": IMAGE}
    launcher = K8sRunLauncher(**(config | elsewhere))
    context = launcher.get_container_context_for_run(DagsterRun("refresh"))
    job = construct_dagster_k8s_job(
        context.get_k8s_job_config(job_image=None, run_launcher=launcher),
        ["dagster", "api", "execute_run"],
        "dagster-run-1",
        user_defined_k8s_config=context.run_k8s_config,
    )
    made = ApiClient().sanitize_for_serialization(job)
    is_valid(made)
    assert made["spec"]["ttlSecondsAfterFinished"] == 86_400
    [container] = made["spec"]["template"]["spec"]["containers"]
    assert container["image"] == IMAGE
    mounted = {mount["mountPath"] for mount in container["volumeMounts"]}
    assert mounted == {"/data", "/tmp", "/etc/vermeil"}  # the instance itself goes with the command
    assert container["resources"]["limits"]["memory"] == "8Gi"
    assert {one["name"] for one in container["env"]} >= {"SPARK_LOCAL_HOSTNAME", "DAGSTER_HOME"}
    sources = {name for one in container["envFrom"] for ref in one.values() for name in [ref["name"]]}
    assert sources == {"vermeil-env", "vermeil-secrets"}


@pytest.mark.parametrize("path", INSTANCES, ids=lambda path: str(path.relative_to(DEPLOY)))
def test_a_service_behaves_as_what_vermeil_ui_starts(path: Path) -> None:
    assert (
        yaml.safe_load(DAGSTER_YAML).items()
        <= {
            name: {key: value for key, value in setting.items() if key != "start_timeout_seconds"}
            for name, setting in next(objects(path)).items()
        }.items()
    )


@pytest.mark.parametrize(
    "path", [DEPLOY / "spark.json", KUBERNETES / "spark.json"], ids=["beside", "kubernetes"]
)
def test_spark_is_told_of_the_jars_that_fit(path: Path) -> None:
    conf = spark_conf(json.loads(path.read_text(encoding="utf-8")))
    assert "spark.jars.packages" not in conf
    named = {Path(jar).name for jar in conf.get("spark.jars", "").split(",") if jar}
    fit = {jar.name.removeprefix("io.delta_") for jar in fetched_jars(Path())}
    assert named in (set(), fit)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    units = []
    for path in sorted((DEPLOY / "systemd").glob("*.service")):
        unit = tmp_path / path.name
        unit.write_text(
            path.read_text(encoding="utf-8").replace("/opt/vermeil/bin", str(Path(sys.executable).parent))
        )
        units.append(str(unit))
    looked = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True)
    complaints = [line for line in looked.stderr.splitlines() if "vermeil-" in line]
    assert len(units) == 3
    assert complaints == []


def test_the_image_is_made_of_what_is_there() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    copied = [
        name
        for words in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE)
        for name in words.split()[:-1]
    ]
    assert copied
    assert [name for name in copied if not (ROOT / name).exists()] == []
    let_in = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert [name for name in copied if f"!{name}" not in let_in] == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = set(re.findall(r"--extra (\w+)", text))
    assert extras <= set(project["optional-dependencies"])
    assert "production" in extras
    assert f"uv=={version('uv')}" in text


def test_compose_says_what_each_service_runs_and_waits_for() -> None:
    found = next(objects(DEPLOY / "docker-compose.yaml"))
    services = found["services"]
    assert set(services) == {"postgres", "code", "webserver", "daemon", "automation"}
    for name, service in services.items():
        assert set(service.get("depends_on", {})) <= set(services), name
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            assert source in found["volumes"] or source.startswith(("./", "${")), volume
            assert not source.startswith("./") or (DEPLOY / source).exists(), volume
    assert services["webserver"]["ports"] == ["127.0.0.1:3000:3000"], "nobody is asked who they are"
