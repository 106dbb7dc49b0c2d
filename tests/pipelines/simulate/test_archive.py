"""How a simulated archive lies on disk: reproducible, extendable, in every shape, with counted dirt."""

import hashlib
import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.simulate import Simulation, simulate
from pipelines.simulate.payment import Charge

from .reading import Json, Made, make, parsed, read, unwrapped

SMALL = {"days": 6, "payments_per_day": 25}


def digests(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_settings_make_the_same_bytes(tmp_path: Path) -> None:
    first, second = make(tmp_path / "a", **SMALL), make(tmp_path / "b", **SMALL)
    assert digests(first.folder) == digests(second.folder)
    assert digests(first.truth) == digests(second.truth)
    assert first.summary == second.summary


def test_another_seed_makes_another_archive(tmp_path: Path) -> None:
    first, second = make(tmp_path / "a", **SMALL), make(tmp_path / "b", seed=8, **SMALL)
    assert not set(digests(first.folder).values()) & set(digests(second.folder).values())


@pytest.mark.parametrize("granularity", ["day", "hour"])
def test_one_more_day_leaves_the_earlier_days_as_they_are(tmp_path: Path, granularity: str) -> None:
    shape = {"payments_per_day": 25, "granularity": granularity}
    shorter, longer = make(tmp_path / "a", days=34, **shape), make(tmp_path / "b", days=35, **shape)
    before, after = digests(shorter.folder), digests(longer.folder)
    assert {path: after[path] for path in before} == before
    assert {
        part for path in after.keys() - before.keys() for part in Path(path).parts if part.startswith("dt=")
    } == {"dt=2026-04-04"}
    for table in ("frauds.csv", "merchants.csv", "identities.csv"):
        assert (longer.truth / table).read_text().startswith((shorter.truth / table).read_text())


def test_the_new_day_brings_news_of_old_payments(tmp_path: Path) -> None:
    made = make(tmp_path, days=40, payments_per_day=60, dirt=False)
    last_day = [
        event for event in made.events if event["created"] >= datetime(2026, 4, 9, tzinfo=UTC).timestamp()
    ]
    ages = [event["created"] - event["data"]["object"].get("created", event["created"]) for event in last_day]
    assert max(ages) > 86_400


def test_the_summary_counts_what_a_reader_finds(dirty: Made) -> None:
    lines = [line for _, line in dirty.lines() if line]
    kinds = [path.name for path in (dirty.folder / "objects").iterdir()]
    objects = sum(len(dirty.objects(kind)) for kind in kinds)
    files = [path for path in dirty.folder.rglob("*") if path.is_file()]
    summary = dirty.summary
    assert (summary.events, summary.objects, summary.files) == (len(lines), objects, len(files))
    assert summary.records == len(lines) + objects
    assert summary.bytes == sum(path.stat().st_size for path in files)


def test_dirt_is_as_much_as_the_summary_says(dirty: Made) -> None:
    found, expected = counted_dirt(dirty), dirty.summary.dirt
    assert found["unreadable"] == expected["truncated"] + expected["malformed"] + expected["invalid_utf8"]
    assert found["duplicate"] == expected["duplicate_same_file"] + expected["duplicate_other_file"]
    for kind in ("blank", "late", "test_mode", "unknown_type", "unknown_object"):
        assert found[kind] == expected[kind], kind
    for kind in ("unknown_currency", "negative_amount", "missing_id"):
        assert found[kind] == expected[kind], kind
    assert all(count > 0 for count in expected.values())


def counted_dirt(made: Made) -> Counter[str]:
    found: Counter[str] = Counter()
    seen: set[str] = set()
    for path, line in made.lines():
        event = parsed(line)
        if not line:
            found["blank"] += 1
        elif event is None:
            found["unreadable"] += 1
        elif unwrapped(event)["id"] in seen:
            found["duplicate"] += 1
        else:
            seen.add(unwrapped(event)["id"])
            found.update(faults(path, unwrapped(event)))
    return found


def faults(path: Path, event: Json) -> list[str]:
    body = event["data"]["object"]
    happened = datetime.fromtimestamp(event["created"], UTC).strftime("dt=%Y-%m-%d")
    signs = {
        "late": path.parent.name > happened,
        "test_mode": not event["livemode"],
        "unknown_type": event["type"] in ("payment_link.created", "file.created"),
        "unknown_object": body["object"] == "loyalty.card",
        "unknown_currency": body.get("currency") == "zzq",
        "negative_amount": body["object"] == "charge" and body["amount"] < 0,
        "missing_id": "id" not in body,
    }
    return [kind for kind, is_there in signs.items() if is_there]


def test_dirt_takes_no_fact_away_and_changes_none(tmp_path: Path) -> None:
    clean, dirty = make(tmp_path / "a", dirt=False, **SMALL), make(tmp_path / "b", **SMALL)
    facts = {event["id"]: event for event in clean.events}
    with_dirt = {event["id"]: event for event in dirty.events}
    missing = facts.keys() - with_dirt.keys()
    last_days = datetime(2026, 3, 4, tzinfo=UTC).timestamp()
    assert all(facts[id]["created"] >= last_days for id in missing), (
        "only what is still on its way may be missing"
    )
    assert len(missing) < 0.02 * len(facts)
    assert all(with_dirt[id] == facts[id] for id in facts.keys() - missing)
    assert digests(clean.truth) == digests(dirty.truth)


def test_a_clean_archive_is_clean(clean: Made) -> None:
    paths_and_events = [(path, json.loads(line)) for path, line in clean.lines()]
    ids = [unwrapped(event)["id"] for _, event in paths_and_events]
    created = [unwrapped(event)["created"] for _, event in paths_and_events]
    assert len(ids) == len(set(ids)) == clean.summary.events
    assert created == sorted(created)
    assert not clean.summary.dirt
    assert all(unwrapped(event)["livemode"] for _, event in paths_and_events)


def test_some_days_come_in_envelopes_and_some_transactions_in_pages(clean: Made) -> None:
    enveloped = Counter("detail" in json.loads(line) for _, line in clean.lines())
    assert 0 < enveloped[True] < enveloped[False]
    names = Counter(path.name for path in (clean.folder / "objects" / "balance_transaction").rglob("*.gz"))
    assert 0 < names["page-0000.json.gz"] < names["part-0000.ndjson.gz"]


def test_an_envelope_names_the_cloud_account_and_keeps_the_connected_one(tmp_path: Path) -> None:
    made = make(tmp_path, eventbridge_share=1.0, **SMALL)
    envelopes = [envelope for _, line in made.lines() if (envelope := parsed(line)) is not None]
    assert {envelope["account"] for envelope in envelopes} == {"482910375526"}
    assert any(envelope["detail"].get("account", "").startswith("acct_1") for envelope in envelopes)
    assert all(envelope["detail-type"] == envelope["detail"]["type"] for envelope in envelopes)


def test_pages_are_printed_as_the_api_prints_them(tmp_path: Path) -> None:
    made = make(tmp_path, page_share=1.0, dirt=False, days=2, payments_per_day=900, accounts=2)
    path = next((made.folder / "objects" / "balance_transaction").glob("dt=*/page-0000.json.gz"))
    text = read(path).decode()
    assert text.startswith('{\n  "object": "list",\n  "data": [')
    assert text.count('"has_more": true') > 1
    assert text.count('"has_more": false') == 1


@pytest.mark.parametrize(("compression", "suffix"), [("gz", ".gz"), ("bz2", ".bz2"), ("none", ".ndjson")])
def test_every_compression_holds_the_same_lines(tmp_path: Path, compression: str, suffix: str) -> None:
    made = make(tmp_path / "a", compression=compression, days=2, payments_per_day=20)
    plain = make(tmp_path / "b", compression="none", days=2, payments_per_day=20)
    assert [line for _, line in made.lines()] == [line for _, line in plain.lines()]
    assert all(path.suffix == suffix for path, _ in made.lines())


def test_a_day_larger_than_a_file_may_be_is_split(tmp_path: Path) -> None:
    made = make(tmp_path, days=1, payments_per_day=60, max_file_bytes=50_000, compression="none")
    sizes = {path.name: path.stat().st_size for path, _ in made.lines()}
    assert list(sizes) == [f"events-{number:04d}.ndjson" for number in range(len(sizes))]
    assert len(sizes) > 2
    assert max(sizes.values()) < 110_000


def test_hours_have_folders_of_their_own(tmp_path: Path) -> None:
    made = make(tmp_path, granularity="hour", days=1, payments_per_day=600)
    folders = {path.parent for path, _ in made.lines()}
    assert folders == {made.folder / "events" / "dt=2026-03-01" / f"hh={hour:02d}" for hour in range(24)}


def test_what_is_held_does_not_grow_with_the_history(tmp_path: Path) -> None:
    """Charges in memory are open business: they level off, while the archive goes on growing."""
    import gc

    def charges() -> int:
        gc.collect()
        # Not isinstance: it asks the thing, and a library's stand-in for one that is not installed raises.
        return sum(issubclass(type(thing), Charge) for thing in gc.get_objects())

    def count(_: int) -> None:
        if len(days) in (130, 260):
            held.append(charges() - others)
        days.append(1)

    others = charges()
    held: list[int] = []
    days: list[int] = []
    settings = Simulation(days=261, payments_per_day=14, accounts=3, dirt=False)
    summary = simulate(settings, tmp_path / "raw", tmp_path / "truth", count)
    assert held[1] < 1.5 * held[0] + 20
    assert held[1] < 0.1 * summary.types["charge.succeeded"]


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"days": 0}, "Simulation.days is 0; it must lie between 1 and 36500"),
        ({"seed": -1}, "Simulation.seed is -1"),
        ({"payments_per_day": 0}, "Simulation.payments_per_day is 0"),
        ({"eventbridge_share": 1.5}, "Simulation.eventbridge_share is 1.5"),
        ({"granularity": "week"}, "Simulation.granularity is 'week'; allowed are hour, day"),
        ({"compression": "rar"}, "Simulation.compression is 'rar'; allowed are gz, bz2, zst, none"),
    ],
)
def test_settings_that_make_no_archive_are_refused(settings: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Simulation(**settings)


def test_unknown_settings_are_refused() -> None:
    with pytest.raises(TypeError, match="payments_a_day"):
        Simulation(**{"payments_a_day": 5})


def test_an_archive_is_not_written_over_another(tmp_path: Path) -> None:
    make(tmp_path, days=1, payments_per_day=5)
    with pytest.raises(FileExistsError, match="already holds an archive"):
        make(tmp_path, days=1, payments_per_day=5)


def test_the_truth_may_not_be_written_into_the_archive(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="must not be part of the archive"):
        simulate(Simulation(days=1), tmp_path, tmp_path / "truth")


def test_there_may_be_many_accounts(tmp_path: Path) -> None:
    made = make(tmp_path, days=1, payments_per_day=300, accounts=40)
    accounts = [body for _, body in made.objects("account")]
    assert len({account["id"] for account in accounts}) == 40
    assert len({account["business_profile"]["name"] for account in accounts}) == 40


def test_a_handful_of_payments_is_an_archive_too(tmp_path: Path) -> None:
    made = make(tmp_path, days=1, payments_per_day=1, accounts=1, start=date(2024, 2, 29))
    assert {path.name for path in made.folder.glob("objects/*/dt=*")} == {"dt=2024-02-29"}
    assert made.summary.objects > 0
