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
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any

import pytest
import typer
from pydantic.fields import FieldInfo

import expectations.silver
from expectations.catalog import suite_of
from pipelines.delta.jvm import spark_conf
from pipelines.report import page
from pipelines.settings import Settings, load_settings
from pipelines.silver.shared.build import build
from pipelines.sources.mapping import parse_source, stripe
from pipelines.sources.rows import Mapper
from pipelines.table import Table
from tests import frames
from tests.pipelines.gold.silver_rows import frame
from vermeil import Lakehouse
from vermeil.cli.app import app
from vermeil.cli.dictionary import as_markdown

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ROOT = Path(__file__).parents[1]
HOW_TO = ROOT / "docs" / "how-to.md"
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "benchmarks/README.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
OWN_PAGES = [page for page in PAGES if page.name != "data-dictionary.md" and page.parent.name != "benchmarks"]

EXAMPLES = {
    "vermeil/command",
    "pipelines/silver/customer_balance_transactions.py",
    "pipelines/gold/refunds_daily.py",
    "pipelines/report/refunds.py",
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
        scope: dict[str, Any] = {"__name__": "example"}
        exec("from pipelines.table import Column", scope)
        exec(block.compiled(), scope)
        for value in scope.values():
            if isinstance(value, Lakehouse):
                value.close()


def example(declares: str) -> dict[str, Any]:
    """What the example in the how-to defines that has some text in it."""
    scope: dict[str, Any] = {"__name__": "example"}
    block = next(block for block in blocks(HOW_TO, "python") if declares in block.text)
    exec(block.compiled(), scope)
    return scope


def test_the_silver_example_takes_in_what_it_says(spark: SparkSession, tmp_path: Path) -> None:
    table: Table = example('name="silver.customer_balance_transactions"')["TABLE"]
    good = {
        "object": "customer_balance_transaction",
        "id": "cbtxn_1",
        "created": frames.CREATED,
        "currency": "eur",
        "amount": -1050,
        "ending_balance": -50,
        "customer": "cus_1",
    }
    bad = good | {"id": "cbtxn_2", "amount": 0}
    records = frames.read_lines(tmp_path, {"movements.ndjson": [good, bad]})
    built = build(frames.of_type(spark, records, *table.object_types), table, stripe(), frames.KEY)
    columns = ("movement_id", "amount_minor", "ending_balance_minor", "customer_id", "fault")
    assert [tuple(row) for row in built.select(*columns).orderBy("movement_id").collect()] == [
        ("cbtxn_1", -1050, -50, "cus_1", None),
        ("cbtxn_2", 0, -50, "cus_1", "amount_minor is 0"),
    ]


def test_the_gold_example_computes_what_it_says(spark: SparkSession, lake: Lakehouse) -> None:
    module = example('name="gold.refunds_daily"')
    silver = lake.declaration("silver.refunds")
    rows = [
        {"refund_id": f"re_{n}", "account": "a", "currency": "EUR", "amount_minor": amount, "reason": reason}
        for n, (amount, reason) in enumerate([(100, "duplicate"), (200, "duplicate"), (50, None)])
    ]
    given = [tuple(row.get(column) for column in silver.column_names) for row in rows]
    refunds = spark.createDataFrame(given, silver.spark_schema()).selectExpr(
        *(f"date '2026-03-01' as {c}" if c == "created_date" else c for c in silver.column_names)
    )
    now = {"silver.refunds": refunds}
    assert [str(row[0]) for row in module["dates"](now, now).distinct().collect()] == ["2026-03-01"]
    built = module["build"](now, ["2026-03-01"]).orderBy("reason")
    assert tuple(built.columns) == module["TABLE"].column_names
    assert [tuple(row)[3:] for row in built.collect()] == [("duplicate", 2, 300), ("none", 1, 50)]
    assert module["build"](now, ["2026-03-02"]).count() == 0


def test_the_check_example_makes_a_suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table: Table = example('name="silver.customer_balance_transactions"')["TABLE"]
    declares = next(block for block in blocks(HOW_TO, "python") if "CHECKS = (" in block.text)
    (tmp_path / f"{table.short_name}.py").write_text(declares.text, encoding="utf-8")
    monkeypatch.setattr(expectations.silver, "__path__", [*expectations.silver.__path__, str(tmp_path)])
    assert suite_of(table).checks[-1].name == "customer_told"


def test_the_task_example_labels_what_it_says(spark: SparkSession) -> None:
    module = example('name="gold.refund_labels"')
    made = datetime(2026, 1, 1, tzinfo=UTC)
    charges = [charge("ch_1", made), charge("ch_2", made), charge("ch_3", made + timedelta(days=91))]
    back = {"refund_id": "re_1", "charge_id": "ch_1", "account": "a", "created_at": made + timedelta(days=9)}
    now = {"silver.charges": frame(spark, "silver.charges", charges)}
    now["silver.refunds"] = frame(spark, "silver.refunds", [back])
    built = module["labels"](now).orderBy("charge_id")
    assert tuple(built.columns) == module["LABELS"].column_names
    known = [(row["label"], str(row["label_known_at"] or "")[:10]) for row in built.collect()]
    assert known == [("refund", "2026-01-10"), ("kept", "2026-04-01"), ("unknown", "")]


def charge(charge_id: str, at: datetime) -> dict[str, Any]:
    return {
        "account": "a",
        "charge_id": charge_id,
        "created_at": at,
        "created_date": at.date(),
        "status": "succeeded",
    }


def test_the_page_example_stands_beside_the_others(
    lake: Lakehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = example('TITLE = "Refunds"')["PAGE"]
    monkeypatch.setattr(page, "PAGES", (*page.PAGES, added))
    written = page.write_report(lake, tmp_path / "payments.html", datetime(2026, 3, 1, tzinfo=UTC))
    assert [file.name for file in page.report_files(written)] == [
        "payments.html",
        "refunds.html",
        "models.html",
    ]
    assert "No money was given back yet." in (tmp_path / "refunds.html").read_text(encoding="utf-8")
    assert 'href="refunds.html">Refunds' in (tmp_path / "models.html").read_text(encoding="utf-8")
    assert "duplicate" in added.render([("duplicate", "2")], datetime(2026, 3, 1, tzinfo=UTC), [])


def test_the_source_examples_are_mappings() -> None:
    accounts = [parse_source(block.text, "example.yaml").account for block in blocks(HOW_TO, "yaml")]
    assert accounts == ["acme", "ledger"]


@pytest.mark.parametrize(
    ("row", "table", "texts"),
    [
        (
            ("a1", "25.10.2026 02:30:00", "SALE", "1.234,50", "EUR", "SETTLED", ""),
            "charges",
            {"amount_captured_minor": "123450", "status": "succeeded", "created_at": "1792888200"},
        ),
        (
            ("a2", "01.03.2026 12:00:00", "REFUND", "-4,5", "EUR", "", "a1"),
            "refunds",
            {"refund_id": "a1-a2", "amount_minor": "450", "charge_id": "a1"},
        ),
    ],
)
def test_the_source_example_maps_what_it_says(
    row: tuple[str, ...], table: str, texts: dict[str, str]
) -> None:
    source = parse_source(blocks(HOW_TO, "yaml")[0].text, "acme.yaml")
    names = ("reference", "booked", "kind", "amount", "currency", "state", "order")
    found = Mapper(source)(json.dumps(dict(zip(names, row, strict=True))))
    assert (found.table, found.fault) == (table, None)
    assert texts.items() <= (found.texts or {}).items()


def test_the_cluster_example_is_taken_as_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "spark.json"
    file.write_text(blocks(HOW_TO, "json")[0].text, encoding="utf-8")
    settings = load_settings({"engine": "spark", "spark_conf": str(file)})
    conf = spark_conf(settings.spark_conf)
    assert settings.spark_conf == json.loads(file.read_text(encoding="utf-8"))
    assert conf["spark.master"] == "spark://spark-master:7077"
    assert "spark.jars.packages" not in conf
    assert "spark.driver.memory" not in conf  # what is meant for one machine is left out on a cluster


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
