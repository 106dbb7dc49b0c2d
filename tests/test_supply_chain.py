"""What is installed is what was locked, nothing is unpickled, and the repository holds no secret."""

from __future__ import annotations

import ast
import subprocess
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from detect_secrets import SecretsCollection
from detect_secrets.settings import transient_settings
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
UNSAFE = {"pickle", "cPickle", "_pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
"""Modules that run code of whoever wrote what they read."""

DETECTORS = (
    "AWSKeyDetector", "AzureStorageKeyDetector", "BasicAuthDetector", "DiscordBotTokenDetector", "GitHubTokenDetector",
    "GitLabTokenDetector", "JwtTokenDetector", "KeywordDetector", "MailchimpDetector", "NpmDetector", "OpenAIDetector",
    "PrivateKeyDetector", "PypiTokenDetector", "SendGridDetector", "SlackDetector", "StripeDetector",
    "TwilioKeyDetector",
)  # fmt: skip


def locked() -> list[Requirement]:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.lstrip().startswith("#")]


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def test_what_is_installed_is_what_was_locked() -> None:
    wrong = {}
    for pin in locked():
        if pin.marker is None or pin.marker.evaluate():
            try:
                found = version(pin.name)
            except PackageNotFoundError:
                found = "not installed"
            if found not in pin.specifier:
                wrong[pin.name] = f"{found}, locked {pin.specifier}; make install"
    assert not wrong


def test_what_is_locked_is_what_was_asked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [
        Requirement(text) for text in (*project["dependencies"], *project["optional-dependencies"]["dev"])
    ]
    pins = {canonicalize_name(pin.name): next(iter(pin.specifier)).version for pin in locked()}
    missing = [
        str(need)
        for need in asked
        if not need.specifier.contains(pins.get(canonicalize_name(need.name), "0"))
    ]
    assert not missing, "make lock"


@pytest.mark.parametrize("package", ["pipelines", "expectations", "assets", "vermeil", "benchmarks"])
def test_nothing_is_ever_unpickled(package: str) -> None:
    found = {
        f"{path.relative_to(ROOT)}:{node.lineno}: {name}"
        for path in tracked(f"{package}/*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in _imported(node)
        if name.split(".")[0] in UNSAFE
    }
    assert not found


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def test_the_repository_holds_no_secret() -> None:
    plugins = [{"name": name} for name in DETECTORS]
    with transient_settings({"plugins_used": plugins}):
        found = SecretsCollection()
        for path in tracked():
            found.scan_file(str(path))
        places = {f"{secret.filename}:{secret.line_number}: {secret.type}" for _, secret in found}
    assert not places
