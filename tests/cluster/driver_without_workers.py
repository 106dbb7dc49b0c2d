"""A driver that says where it is, and has whatever executor comes read a raw file. Run by test_entrypoint.py."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pipelines.bronze.files import list_files
from pipelines.bronze.reading.reader import Reading
from pipelines.delta import jvm
from pipelines.delta.engine import open_spark
from pipelines.flow import ingest
from pipelines.settings import load_settings
from pipelines.sources.mapping import stripe

OPTIONS = "spark.executor.extraJavaOptions"


def main(raw: Path, home: Path) -> None:
    with open_spark(load_settings({"home": home})) as spark:
        print(json.dumps(told()), flush=True)
        rows = ingest.read_on_spark(
            spark, list_files(raw, stripe()).files, Reading(1, "stripe", "platform", 1 << 20, 250)
        )
        print(json.dumps({"records": rows.count()}), flush=True)


def told() -> dict[str, str]:
    """What Spark on Kubernetes would tell an executor's pod."""
    running = jvm.running()
    assert running is not None
    context = running.session.sparkContext()
    conf = {pair._1(): pair._2() for pair in context.getConf().getAll()}
    return {
        "SPARK_DRIVER_URL": f"spark://CoarseGrainedScheduler@127.0.0.1:{conf['spark.driver.port']}",
        "SPARK_APPLICATION_ID": context.applicationId(),
        "OPTIONS": conf.get(OPTIONS, ""),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
