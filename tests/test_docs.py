"""The documentation is true: its links lead somewhere, its examples run, what is generated is current."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any

import pytest
import typer
from pydantic.fields import FieldInfo

from pipelines.delta.spark_settings import spark_conf
from pipelines.settings import Settings, load_settings
from vermeil import Lakehouse
from vermeil.cli.app import app
from vermeil.cli.dictionary import as_markdown

if TYPE_CHECKING:
    pass

ROOT = Path(__file__).parents[1]
HOW_TO = ROOT / "docs" / "how-to.md"
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "benchmarks/README.md")),
    ROOT / "deploy" / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
OWN_PAGES = [page for page in PAGES if page.name != "data-dictionary.md" and page.parent.name != "benchmarks"]

EXAMPLES = {
    "vermeil/command",
    "pipelines/silver/customer_balance_transactions.py",
    "pipelines/gold/payments/refunds_daily.py",
    "pipelines/report/pages/refunds.py",
    "pipelines/models/families/bayes.py",
    "pipelines/tasks/refund.py",
    "expectations/silver/customer_balance_transactions.py",
}
"""Modules that the how-to writes: they are not there."""

DEBUG = "VERMEIL_DEBUG"
"""The one variable that is no setting: it is looked at where settings may be what failed."""


@dataclass(frozen=True)
class Block:
    """A fenced piece of a page."""

    page: Path
    line: int
    language: str
    text: str

    @property
    def place(self) -> str:
        return f"{self.page.relative_to(ROOT).as_posix()}:{self.line}"

    @property
    def file(self) -> str:
        """Where the page says that it goes: the module that its section names last before it."""
        above = "\n".join(self.page.read_text(encoding="utf-8").splitlines()[: self.line - 1])
        return (re.findall(r"`([a-z_/]+\.py)`", above.rpartition("\n## ")[2]) or [""])[-1]

    def scope(self) -> dict[str, Any]:
        """What it sees: the names of that module, where it is there already."""
        names = self.file.removesuffix(".py").replace("/", ".")
        there = vars(import_module(names)) if (ROOT / self.file).is_file() else {}
        return {**there, "__name__": __name__}

    def compiled(self) -> CodeType:
        """The code, with the line numbers of the page."""
        return compile("\n" * self.line + self.text, str(self.page), "exec")


def blocks(page: Path, language: str = "") -> list[Block]:
    text = page.read_text(encoding="utf-8")
    found = re.finditer(r"^```(\w*)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    listed = [Block(page, text.count("\n", 0, m.start()) + 1, m[1], m[2]) for m in found]
    return [block for block in listed if language in ("", block.language)]


def prose(page: Path) -> str:
    """A page without its fenced pieces."""
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def slugs(page: Path) -> set[str]:
    """Names of a page's headings, as they are linked to."""
    headings = re.findall(r"^#+ (.+)$", prose(page), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: Path) -> Iterator[tuple[str, str]]:
    """Where a page links to within the project: path (empty for itself) and heading."""
    for target in re.findall(r"""(?:\]\(|href="|src=")([^)\s"]+)""", prose(page)):
        if "://" not in target and not target.startswith("mailto:"):
            path, _, heading = target.partition("#")
            yield path, heading


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for path, heading in links(page):
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (heading and heading not in slugs(target)):
            broken.append(f"{path}#{heading}")
    assert broken == []


@pytest.mark.parametrize("page", OWN_PAGES, ids=name)
def test_paths_that_are_named_exist(page: Path) -> None:
    folders = "pipelines|expectations|assets|vermeil|tests|docs|benchmarks|notebooks"
    named = set(re.findall(rf"`((?:{folders})/[\w./-]+)`", prose(page)))
    assert [path for path in sorted(named - EXAMPLES) if not (ROOT / path).exists()] == []


def test_the_tree_of_the_architecture_is_that_of_the_code() -> None:
    tree = next(b.text for b in blocks(ROOT / "docs" / "architecture.md") if b.text.startswith("pipelines/ "))
    folder, missing = "", []
    for line in tree.splitlines():
        entry = line.split()[0]
        folder = folder if line.startswith(" ") else entry
        path = ROOT / (folder + entry if line.startswith(" ") else entry)
        missing += [] if path.exists() else [entry]
    assert missing == []


def test_what_an_addition_touches_is_listed_and_little() -> None:
    listed = re.findall(r"^\| \[an? [\w ]+\]\(#(add-[\w-]+)\) \| (.+) \|$", prose(HOW_TO), flags=re.MULTILINE)
    assert {heading for heading, _ in listed} == {slug for slug in slugs(HOW_TO) if slug.startswith("add-")}
    assert max(files.count(";") + 1 for _, files in listed) <= 2


@pytest.mark.parametrize("page", OWN_PAGES, ids=name)
def test_variables_that_are_named_are_settings(page: Path) -> None:
    settings = {f"VERMEIL_{field.upper()}" for field in Settings.model_fields}
    named = set(re.findall(r"VERMEIL_[A-Z_]+[A-Z]", page.read_text(encoding="utf-8")))
    tests_own = {name for name in named if name.startswith("VERMEIL_SOAK_")}
    assert named - settings - tests_own - {DEBUG} == set()


def commands(page: Path) -> Iterator[tuple[str, list[str]]]:
    """The project's own commands in a page's shell examples, ``make`` and ``vermeil``, with their arguments."""
    for block in blocks(page, "bash"):
        for line in block.text.splitlines():
            words = shlex.split(line, comments=True)
            while words and re.match(r"^\w+=", words[0]):
                words = words[1:]
            if words and Path(words[0]).name in ("make", "vermeil"):
                yield Path(words[0]).name, words[1:]


@pytest.mark.parametrize("page", OWN_PAGES, ids=name)
def test_shell_examples_are_commands_that_there_are(page: Path) -> None:
    vermeil: Any = typer.main.get_command(app)
    targets = set(
        re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    )
    for program, arguments in commands(page):
        if program == "make":
            assert set(arguments) <= targets
        else:
            assert arguments[0] in vermeil.commands
            vermeil.commands[arguments[0]].make_context(arguments[0], arguments[1:])  # raises on wrong use


def test_every_command_is_in_the_changelog() -> None:
    vermeil: Any = typer.main.get_command(app)
    listed = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    line = re.search(r"The command line `vermeil`: (.*?)\.", listed, flags=re.DOTALL)
    assert line is not None
    assert set(line[1].replace("\n", " ").split(", ")) == set(vermeil.commands)


@pytest.mark.parametrize("page", OWN_PAGES, ids=name)
def test_python_examples_compile(page: Path) -> None:
    for block in blocks(page, "python"):
        block.compiled()


@pytest.fixture
def in_a_home(tmp_path: Path, lake: Lakehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder to work in, whose lakehouse has every table, each of them empty; and the files that examples name."""
    for table in lake.tables:
        lake.create(table)
    (tmp_path / "dumps").mkdir()
    (tmp_path / "acme.yaml").write_text(blocks(HOW_TO, "yaml")[0].text, encoding="utf-8")
    monkeypatch.setenv("VERMEIL_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("page", [ROOT / "README.md", HOW_TO], ids=name)
@pytest.mark.usefixtures("in_a_home")
def test_python_examples_run(page: Path) -> None:
    for block in blocks(page, "python"):
        scope = block.scope()
        exec(block.compiled(), scope)
        for value in scope.values():
            if isinstance(value, Lakehouse):
                value.close()


def test_the_cluster_example_is_taken_as_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "spark.json"
    file.write_text(blocks(HOW_TO, "json")[0].text, encoding="utf-8")
    settings = load_settings({"engine": "spark", "spark_conf": str(file)})
    conf = spark_conf(settings.spark_conf)
    assert settings.spark_conf == json.loads(file.read_text(encoding="utf-8"))
    assert conf["spark.master"] == "spark://spark-master:7077"
    assert "spark.jars.packages" not in conf
    assert "spark.ui.enabled" not in conf  # what is meant for one machine is left out on a cluster


def test_the_dictionary_is_current() -> None:
    found = (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    assert found == as_markdown(), "run: make docs"


def settings_table() -> str:
    rows = [_settings_row(field, info) for field, info in Settings.model_fields.items()]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows])


def _settings_row(field: str, info: FieldInfo) -> str:
    default = "" if info.default_factory or info.default is None else f"`{info.default}`"
    meaning = (info.description or "").replace("<", "&lt;")  # or Markdown takes <home> for a tag
    return f"| `VERMEIL_{field.upper()}` | {default} | {meaning} |"


def test_the_settings_are_current() -> None:
    found = re.search(
        r"<!-- settings -->\n(.*)\n<!-- /settings -->", HOW_TO.read_text("utf-8"), flags=re.DOTALL
    )
    assert found is not None
    assert found[1] == settings_table(), f"put this there:\n{settings_table()}"


@pytest.mark.parametrize("record", DECISIONS, ids=lambda record: record.stem)
def test_a_decision_record_is_complete_and_short(record: Path) -> None:
    text = record.read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert 150 <= len(text.split()) <= 300


def test_decision_records_are_numbered_without_gaps() -> None:
    titles = [record.read_text(encoding="utf-8").splitlines()[0] for record in DECISIONS]
    assert [int(record.name[:4]) for record in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    assert [int(title.removeprefix("# ").split(".")[0]) for title in titles] == list(
        range(1, len(DECISIONS) + 1)
    )


def test_the_changelog_knows_the_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_readme_is_one_screen() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 60


def test_hooks_are_valid_and_need_no_network() -> None:
    config = ROOT / ".pre-commit-config.yaml"
    subprocess.run([sys.executable, "-m", "pre_commit", "validate-config", str(config)], check=True, cwd=ROOT)
    assert "https://" not in config.read_text(encoding="utf-8")
