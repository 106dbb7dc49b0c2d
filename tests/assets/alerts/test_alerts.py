"""Alerts reach a webhook and a mailbox: once for a cause, with what to do, without what is nobody's business."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetKey,
    DagsterInstance,
    DefaultSensorStatus,
    Definitions,
    asset,
    asset_check,
    build_run_status_sensor_context,
    build_sensor_context,
    job,
    op,
)

from assets.alerts import causes
from assets.alerts.after_run import after, alerting
from assets.alerts.alert import Alert
from assets.alerts.ledger import AGAIN, FILE, opened, report
from assets.alerts.sensors import ALERTS, alert_failed_runs, alert_on_tables, alert_recovered_runs
from assets.definitions import defs
from pipelines.delta.commits import Replace
from pipelines.delta.lock import writer_lock
from pipelines.errors import CriticalCheckError, LakehouseError, ModelError, SettingsError
from pipelines.flow.steps import Outcome
from pipelines.flow.verdict import CheckResult, Verdict
from pipelines.settings import Settings, load_settings
from pipelines.silver import quarantine
from tests.assets.alerts.receivers import Received, mail_server, web_server

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CANARY = "jane.canary@example.com"
HOOK_PATH = "s3cr3t-path-of-the-hook"
WRONG = Alert("stale:gold.things_daily", "stale_table", "It is stale", "gold.things_daily", NOW, "Look.")


@pytest.fixture
def web() -> Iterator[Received]:
    with web_server() as received:
        yield received


@pytest.fixture
def mail() -> Iterator[Received]:
    with mail_server() as received:
        yield received


@pytest.fixture
def site(tmp_path: Path, web: Received) -> Settings:
    return load_settings({"home": tmp_path, "alert_webhook": f"http://127.0.0.1:{web.port}/{HOOK_PATH}"})


def no_pause(seconds: float) -> None:
    del seconds


def tell(settings: Settings, *alerts: Alert, now: datetime = NOW, group: str = "stale") -> list[str]:
    return report(settings, group, alerts, now, no_pause)


def test_a_webhook_gets_what_where_since_when_and_what_to_do(site: Settings, web: Received) -> None:
    assert tell(site, WRONG) == []
    (post,) = web.posts
    assert post["text"] == (
        "Vermeil: It is stale\nWhere: gold.things_daily\nSince: 2026-03-02 09:30 UTC\nWhat to do: Look."
    )
    assert (post["status"], post["kind"], post["cause"]) == ("open", "stale_table", WRONG.cause)


def test_mailboxes_get_it_too(tmp_path: Path, mail: Received) -> None:
    settings = load_settings(
        {
            "home": tmp_path,
            "alert_email": "ops@example.com, data@example.com",
            "smtp_host": "127.0.0.1",
            "smtp_port": mail.port,
            "smtp_security": "none",
            "smtp_from": "vermeil@example.com",
        }
    )
    assert tell(settings, replace(WRONG, what="It is stale\nBcc: eve@example.com")) == []
    (message,) = mail.mails
    assert mail.recipients == ["<ops@example.com>", "<data@example.com>"]
    assert message["Subject"].startswith("[vermeil] It is stale")
    assert message["Bcc"] is None
    assert "What to do: Look." in str(message.get_payload())


def test_one_cause_is_told_once_again_after_a_day_and_when_it_is_over(site: Settings, web: Received) -> None:
    for minutes in range(3):
        tell(site, WRONG, now=NOW + timedelta(minutes=minutes))
    assert len(web.posts) == 1
    tell(site, replace(WRONG, since=NOW + AGAIN), now=NOW + AGAIN)
    assert len(web.posts) == 2
    assert web.posts[1]["since"] == NOW.isoformat()
    tell(site)
    assert web.posts[2]["text"].startswith("Vermeil: Resolved: It is stale")
    assert web.posts[2]["status"] == "resolved"
    tell(site)
    assert len(web.posts) == 3
    tell(site, WRONG)
    assert len(web.posts) == 4


def test_groups_do_not_end_each_other(site: Settings, web: Received) -> None:
    tell(site, WRONG)
    tell(site, group="check")
    tell(site, group="stale:gold.other")
    assert opened(site.home, "stale") == [WRONG.cause]
    assert len(web.posts) == 1


def test_what_fails_is_tried_again_with_bounds(site: Settings, web: Received) -> None:
    web.answers = [503, 429]
    waited: list[float] = []
    assert report(site, "stale", [WRONG], NOW, waited.append) == []
    assert (web.asked, len(web.posts), waited) == (3, 1, [1.0, 2.0])


def test_what_cannot_be_delivered_is_said_without_the_address_and_tried_the_next_time(
    site: Settings, web: Received
) -> None:
    web.answers = [500, 500, 500]
    (said,) = tell(site, WRONG)
    assert said == "an alert could not be delivered by webhook: it answered with status 500"
    assert tell(site, WRONG, now=NOW + timedelta(minutes=5)) == []
    assert len(web.posts) == 1


def test_a_refusal_for_good_is_not_tried_again(site: Settings, web: Received) -> None:
    web.answers = [404]
    assert "status 404" in tell(site, WRONG)[0]
    assert web.asked == 1


def test_neither_messages_nor_settings_show_a_secret(tmp_path: Path) -> None:
    settings = load_settings(
        {
            "home": tmp_path,
            "alert_webhook": f"http://127.0.0.1:9/{HOOK_PATH}",
            "alert_email": "ops@example.com",
            "smtp_host": "127.0.0.1",
            "smtp_port": 9,
            "smtp_password": HOOK_PATH,
        }
    )
    said = tell(settings, WRONG)
    assert len(said) == 2
    kept = (tmp_path / FILE).read_text(encoding="utf-8")
    assert HOOK_PATH not in f"{said} {settings!r} {kept}"
    with pytest.raises(SettingsError) as wrong:
        load_settings({"alert_webhook": f"ftp://{HOOK_PATH}"})
    assert HOOK_PATH not in str(wrong.value)


def test_without_a_channel_nothing_is_written(tmp_path: Path) -> None:
    assert tell(load_settings({"home": tmp_path}), WRONG) == []
    assert not (tmp_path / FILE).exists()


def test_a_broken_ledger_tells_again_rather_than_never(site: Settings, web: Received) -> None:
    (site.home / FILE).write_text("{half", encoding="utf-8")
    tell(site, WRONG)
    assert len(web.posts) == 1


def refused(observed: str) -> Outcome:
    check = CheckResult(
        "captured_within_amount", "critical", False, "Captured is at most the amount.", observed
    )
    return Outcome("silver.charges", "refused", verdict=Verdict((check,)))


def test_a_run_tells_of_the_checks_that_stopped_it_and_of_their_end(site: Settings, web: Received) -> None:
    after(site, [refused(CANARY), Outcome("gold.payments_daily", "skipped", failed=True)], NOW, no_pause)
    check, run = web.posts
    assert check["cause"] == "check:silver.charges:captured_within_amount"
    assert "vermeil quarantine --table silver.charges" in check["todo"]
    assert "silver.charges, gold.payments_daily could not be published" in run["what"]
    after(site, [Outcome("silver.charges", "unchanged")], NOW, no_pause)
    assert len(web.posts) == 3  # the run is well again; of the check nobody knows
    after(site, [Outcome("silver.charges", "published")], NOW, no_pause)
    assert [post["status"] for post in web.posts] == ["open", "open", "resolved", "resolved"]
    assert CANARY not in str(web.posts)


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (LakehouseError("another pipeline is writing"), "another pipeline is writing"),
        (CriticalCheckError(f"found {CANARY}"), "CriticalCheckError."),
        (ValueError(f"cannot cast {CANARY}"), "ValueError."),
    ],
    ids=["our own", "a check's", "another's"],
)
def test_a_run_that_ends_with_an_error_is_told_without_values_of_records(
    site: Settings, web: Received, error: Exception, shown: str
) -> None:
    with pytest.raises(type(error)), alerting(site, print, lambda: NOW, no_pause):
        raise error
    (post,) = web.posts
    assert post["what"] == f"vermeil run failed: {shown}"
    assert CANARY not in str(web.posts)


def test_a_failed_training_is_over_when_one_ends_well_and_not_when_a_run_does(
    site: Settings, web: Received
) -> None:
    with pytest.raises(ModelError), alerting(site, print, lambda: NOW, no_pause, "vermeil train"):
        raise ModelError("3 whole days of payments")
    with alerting(site, print, lambda: NOW, no_pause):
        pass
    assert [post["what"] for post in web.posts] == ["vermeil train failed: 3 whole days of payments"]
    with alerting(site, print, lambda: NOW, no_pause, "vermeil train"):
        pass
    assert [post["status"] for post in web.posts] == ["open", "resolved"]


def test_the_command_tells_that_it_was_refused(site: Settings, web: Received) -> None:
    command = [sys.executable, "-c", "from vermeil.cli import main; main()", "run", "--home", str(site.home)]
    assert site.alert_webhook
    hook = {"VERMEIL_ALERT_WEBHOOK": site.alert_webhook.get_secret_value()}
    with writer_lock(site.home / "lakehouse", command="vermeil forget"):
        done = subprocess.run(command, env={**os.environ, **hook}, capture_output=True, text=True)
    assert done.returncode == 1
    (post,) = web.posts
    assert f"vermeil forget (process {os.getpid()}" in post["what"]
    assert "vermeil forget" in done.stderr
    assert HOOK_PATH not in done.stderr + done.stdout


def test_a_growing_quarantine_is_told(site: Settings, lake: Lakehouse) -> None:
    few = load_settings({"home": site.home, "alert_quarantine": 3})
    put_in_quarantine(lake, 2)
    now = datetime.now(UTC)
    assert causes.growing_quarantine(few, now) == []
    put_in_quarantine(lake, 5)
    (alert,) = causes.growing_quarantine(few, now)
    assert alert.what == "5 records went to quarantine within a day"
    assert causes.growing_quarantine(few, now + timedelta(days=2)) == []
    shutil.rmtree(lake.uri)
    assert causes.growing_quarantine(few, now) == []


def put_in_quarantine(lake: Lakehouse, count: int) -> None:
    name = quarantine.TABLE.name
    lake.create(name)
    values = ", ".join(
        f"cast({f'concat(id, {count})' if c.type == 'string' else 'null'} as {c.type}) as {c.name}"
        for c in quarantine.TABLE.columns
    )
    rows = lake.spark.sql(f"select {values} from (select cast(id as string) as id from range({count}))")
    lake.publish(name, lake.staging.write(name, "some", rows), Replace(), {})


def test_tables_are_stale_after_the_hours_that_are_set(site: Settings) -> None:
    looked_at = {
        "gold.fresh": NOW - timedelta(hours=24),
        "gold.old": NOW - timedelta(hours=26),
        "gold.never": None,
    }
    (alert,) = causes.stale_tables(site, looked_at, NOW)
    assert (alert.cause, alert.since) == ("stale:gold.old", NOW - timedelta(hours=26))


@pytest.fixture
def instance(site: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[DagsterInstance]:
    assert site.alert_webhook
    monkeypatch.setenv("VERMEIL_HOME", str(site.home))
    monkeypatch.setenv("VERMEIL_ALERT_WEBHOOK", site.alert_webhook.get_secret_value())
    with DagsterInstance.ephemeral() as found:
        yield found


def test_a_run_that_failed_in_dagster_is_told_and_so_is_its_end(
    instance: DagsterInstance, web: Received
) -> None:
    fails = [True]

    @op
    def step() -> None:
        if fails:
            raise ValueError(CANARY)

    @job
    def refresh() -> None:
        step()

    for _ in range(2):
        done = refresh.execute_in_process(instance=instance, raise_on_error=False)
        event = next(e for e in done.all_events if e.is_failure and not e.is_step_event)
        context = build_run_status_sensor_context("alert_failed_runs", event, instance, done.dagster_run)
        alert_failed_runs(context.for_run_failure())
    (post,) = web.posts
    assert "dagster refresh failed: step failed." in post["what"]
    assert "Open run " in post["todo"]
    assert CANARY not in str(post)
    fails.clear()
    done = refresh.execute_in_process(instance=instance)
    event = done.all_events[-1]
    alert_recovered_runs(
        build_run_status_sensor_context("alert_recovered_runs", event, instance, done.dagster_run)
    )
    assert web.posts[-1]["status"] == "resolved"


def test_critical_checks_and_stale_tables_in_dagster_are_told(
    instance: DagsterInstance, web: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    holds = [False]

    @asset(key=AssetKey(["gold", "payments_daily"]))
    def payments() -> None:
        pass

    @asset_check(asset=payments, description="Amounts are right.")
    def right() -> AssetCheckResult:
        return AssetCheckResult(passed=holds[0], severity=AssetCheckSeverity.ERROR, description=CANARY)

    @asset_check(asset=payments, description="Amounts are usual.")
    def usual() -> AssetCheckResult:
        return AssetCheckResult(passed=False, severity=AssetCheckSeverity.WARN)

    site = Definitions(assets=[payments], asset_checks=[right, usual])

    def look() -> None:
        with build_sensor_context(instance, repository_def=site.get_repository_def()) as context:
            alert_on_tables(context)

    site.resolve_implicit_global_asset_job_def().execute_in_process(instance=instance)
    look()
    (post,) = web.posts
    assert post["cause"] == "check:gold.payments_daily:right"
    assert "Amounts are right." in post["what"]
    assert CANARY not in str(post)
    holds[0] = True
    site.resolve_implicit_global_asset_job_def().execute_in_process(instance=instance)
    look()
    assert [post["status"] for post in web.posts] == ["open", "resolved"]
    monkeypatch.setenv("VERMEIL_ALERT_STALE_HOURS", "0.0000001")
    look()
    assert web.posts[-1]["cause"] == "stale:gold.payments_daily"


def test_the_alerts_are_among_the_definitions_and_off_until_someone_switches_them_on() -> None:
    for found in ALERTS:
        assert defs.resolve_sensor_def(found.name).default_status == DefaultSensorStatus.STOPPED
