"""``vermeil benchmark``: wrong use. What it measures is tested where it is computed."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from vermeil.cli.app import app


def test_missing_data_is_said_with_the_option_and_where_it_comes_from(tmp_path: Path) -> None:
    command = ["benchmark", "handbook", "--data", str(tmp_path / "nowhere"), "--home", str(tmp_path)]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 2
    assert "--data" in result.stderr
    assert "fraud-detection-handbook.github.io" in result.stderr
