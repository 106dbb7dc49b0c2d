"""A driver that says where it is, and has whatever executor comes read a raw file. Run by test_entrypoint.py."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.bronze.files import list_files
from pipelines.bronze.reading.reader import Reading
from pipelines.delta.jvm import open_classic
from pipelines.flow import ingest
from pipelines.sources.mapping import stripe

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

OPTIONS = "spark.executor.extraJavaOptions"


def main(raw: Path, log: Path) -> None:
    with open_classic(json.loads(os.environ["VERMEIL_SPARK_CONF"]), log) as spark:
        print(json.dumps(told(spark)), flush=True)
        rows = ingest.read_on_spark(
            spark, list_files(raw, stripe()).files, Reading(1, "stripe", "platform", 1 << 20, 250)
        )
        print(json.dumps({"records": rows.count()}), flush=True)


def told(spark: SparkSession) -> dict[str, str]:
    """What Spark on Kubernetes would tell an executor's pod."""
    conf = spark.sparkContext.getConf()
    return {
        "SPARK_DRIVER_URL": f"spark://CoarseGrainedScheduler@127.0.0.1:{conf.get('spark.driver.port')}",
        "SPARK_APPLICATION_ID": spark.sparkContext.applicationId,
        "OPTIONS": str(conf.get(OPTIONS, "")),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
