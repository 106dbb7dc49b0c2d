from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.errors import SettingsError
from pipelines.gold.shared.programmes import card_networks, load_programmes, parse_programmes

GOOD = """
programmes:
  - programme: ECM
    level: ECM
    applies_to: merchant
    network: mastercard
    basis: previous_month
    regions: [all]
    min_rate_bps: 150
visa_regions:
  US: [US]
"""

BACKWARDS = """\
    level: ECM
    valid_from: 2026-02-01
    valid_to: 2026-01-01
"""


def test_the_thresholds_that_come_with_vermeil_are_those_of_the_networks() -> None:
    programmes = card_networks()

    def lines(programme: str, applies_to: str) -> list[tuple[str, int, int]]:
        found = (t for t in programmes.programmes if (t.programme, t.applies_to) == (programme, applies_to))
        return [(t.level, t.min_rate_bps, t.min_count) for t in found]

    assert lines("VAMP", "acquirer") == [("above_standard", 50, 1500), ("excessive", 70, 1500)]
    assert lines("ECM", "merchant") == [("ECM", 150, 100), ("HECM", 300, 300)]
    countries = [country for found in programmes.visa_regions.values() for country in found]
    assert len(countries) == len(set(countries))


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (GOOD.replace("level:", "levle:"), "p.yaml:4: programmes.0.levle: unknown name; allowed: programme, level"),
        (GOOD.replace("level:", "levle:"), "did you mean 'level'?"),
        (GOOD.replace("150", "lots"), "p.yaml:9: programmes.0.min_rate_bps:"),
        (GOOD.replace("[all]", "[Mars]"), "p.yaml:8: programmes.0.regions.0:"),
        (GOOD.replace("    level: ECM\n", ""), "p.yaml:3: programmes.0.level: is missing"),
        (GOOD.replace("    level: ECM\n", BACKWARDS), "p.yaml:3: programmes.0: valid_to 2026-01-01"),
        (GOOD.replace("[all]", "[all"), "not YAML"),
        ("[]", "p.yaml:1: "),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_file_and_line(broken: str, message: str) -> None:
    with pytest.raises(SettingsError) as error:
        parse_programmes(broken, "p.yaml")
    assert message in str(error.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere.yaml: the programmes cannot be read"):
        load_programmes(tmp_path / "nowhere.yaml")
