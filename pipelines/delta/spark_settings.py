"""Apache Spark's settings and jars: what a Spark that this process starts is given, and what any is told."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from pipelines.delta import s3a

EXTENSIONS = "spark.sql.extensions"

DELTA_CONF = {
    EXTENSIONS: "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
}
"""What Apache Spark needs to read and write Delta."""

WITHOUT_DELTA = dict.fromkeys(("spark.jars.packages", *DELTA_CONF), "")
"""Settings that leave Delta out, to compute alone: an empty value removes a setting."""

PAGE_CHECK = "spark.hadoop.parquet.page.size.row.check.min"

STARTED_CONF = {
    "spark.driver.memory": "4g",
    "spark.ui.showConsoleProgress": "false",
    # A run has some thousand stages, many alike; of the code of more than a hundred Spark compiles each anew.
    "spark.sql.codegen.cache.maxEntries": "3000",
    # By default Parquet asks how large a page is after a hundred rows: of long records, a gigabyte and a half.
    PAGE_CHECK: "1",
}
"""What any Spark needs that this process starts: by default a driver has one gigabyte, and writes to the screen."""

LOCAL_CONF = {
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    # The optimizing compiler of the JVM takes longer for a run of minutes than it saves; without it the room for
    # compiled code is so small by default that it is swept and compiled again all the time.
    "spark.driver.defaultJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ReservedCodeCacheSize=512m",
    # Delta's and Spark's defaults are for clusters: dozens of partitions for a snapshot or a shuffle of a few rows, ten
    # thousand tasks to list what a vacuum may delete.
    "spark.databricks.delta.snapshotPartitions": "1",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "2",
    # Planned anew after each stage, a run of small queries takes a tenth longer.
    "spark.sql.adaptive.enabled": "false",
    # Each sort and aggregation takes a page, by default of 64 MB, however few its rows are.
    "spark.buffer.pageSize": "2m",
    # Each plan is printed for a page that nobody sees.
    "spark.sql.ui.explainMode": "simple",
    "spark.sql.maxPlanStringLength": "1000",
    "spark.sql.debug.maxToStringFields": "3",
}
"""What makes Spark bearable on one machine."""

CLUSTER_CONF = {
    # A run reads a hundred logs several times, each of some files: with Delta's fifty partitions a snapshot of ten
    # rows is fifty tasks, and with Spark's ten thousand what a vacuum lists is as many.
    "spark.databricks.delta.snapshotPartitions": "4",
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "32",
    # The driver keeps what its page says of each query, and a plan of ours may have a third of a million characters.
    "spark.sql.maxPlanStringLength": "100000",
    "spark.sql.ui.retainedExecutions": "200",
}
"""What suits a cluster. The partitions of a shuffle, and the planning that joins them, stay as Spark has them."""

WIDE_CONF = {
    # Silver's tables have more columns than the hundred up to which Spark compiles a plan as a whole: half the time.
    "spark.sql.codegen.maxFields": "1000",
    # By default times are written in an old form without statistics, of which others read less than its range.
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
}
"""What suits our plans on any Apache Spark."""

UNTRACED_CONF = {"spark.python.sql.dataFrameDebugging.enabled": "false"}
"""By default each use of a column's function notes where in the program it stands, in several calls into the JVM; our
errors name tables, not lines. A server has it from its start: it cannot be set through Spark Connect."""

SESSION_CONF = {
    "spark.sql.session.timeZone": "UTC",
    # A cast that fails is a fault that is found and explained row by row; it must not stop the batch.
    "spark.sql.ansi.enabled": "false",
}
"""What the transformations rely on, on every engine."""

PROVIDED = (
    "com.fasterxml.jackson.core:*",
    "com.fasterxml.jackson.datatype:*",
    "com.github.luben:*",
    "com.google.code.findbugs:*",
    "commons-logging:*",
    "commons-pool:*",
    "io.airlift:*",
    "io.delta:delta-kernel-*",
    "io.unitycatalog:*",
    "javax.annotation:*",
    "org.apache.hadoop:*",
    "org.apache.logging.log4j:*",
    "org.apache.parquet:*",
    "org.locationtech.jts:*",
    "org.roaringbitmap:*",
    "org.slf4j:*",
    "org.xerial.snappy:*",
)
"""What delta-spark names besides delta-storage: Spark has it, in newer versions, or it is for Unity Catalog alone."""

IVY_SETTINGS = """<ivysettings>
  <settings defaultResolver="maven"/>
  <resolvers><ibiblio name="maven" m2compatible="true"{root}/></resolvers>
</ivysettings>
"""
"""Maven's repository alone. Spark also looks into ~/.m2, and gives up where that holds half of an artifact."""

IVY_FOLDER = Path("~/.ivy2.5.2")
"""Where Spark 4's resolver keeps what it fetched."""


def spark_conf(overrides: Mapping[str, str]) -> dict[str, str]:
    """Settings of a Spark that this process starts: local unless overridden; an empty value removes one."""
    local = LOCAL_CONF if is_local(overrides) else {}
    jars = {
        "spark.jars.packages": _packages(overrides),
        "spark.jars.excludes": ",".join(_provided(overrides)),
    }
    if "spark.jars.packages" in overrides:
        jars = {}  # what a site fetches by itself may need what Delta does not
    merged = (
        {"spark.master": "local[*]"}
        | STARTED_CONF
        | jars
        | (local or CLUSTER_CONF)
        | DELTA_CONF
        | WIDE_CONF
        | UNTRACED_CONF
        | SESSION_CONF
        | dict(overrides)
    )
    return {name: value for name, value in merged.items() if value != ""}


def _packages(conf: Mapping[str, str]) -> str:
    """Maven coordinates of what Spark lacks."""
    return ",".join([delta_package(), *([s3a.package()] if s3a.is_wanted(conf) else [])])


def _shown(conf: Mapping[str, str]) -> str:
    return "Delta's jars and those of S3A (700 MB)" if s3a.is_wanted(conf) else "Delta's jars"


def _provided(conf: Mapping[str, str]) -> Sequence[str]:
    if not s3a.is_wanted(conf):
        return PROVIDED
    return [name for name in (*PROVIDED, *s3a.PROVIDED) if name != "org.apache.hadoop:*"]


def is_local(conf: Mapping[str, str]) -> bool:
    """Whether settings have Spark compute in the process that they start."""
    return re.match(r"local(\[|$)", conf.get("spark.master", "local")) is not None


def delta_package() -> str:
    """Maven coordinates of the Delta jar for the installed pyspark and delta-spark."""
    spark_line = ".".join(version("pyspark").split(".")[:2])
    return f"io.delta:delta-spark_{spark_line}_2.13:{version('delta-spark')}"


def with_jars(conf: Mapping[str, str], scratch: Path) -> dict[str, str]:
    """Settings in which the Delta jars are files where they were fetched before, so that no resolver runs.

    Args:
        conf: what Spark is to be started with.
        scratch: a folder for what a resolver is told, where it has to run.
    """
    found = dict(conf)
    if found.get("spark.jars.packages") != _packages(found):
        return found
    ivy = Path(found.get("spark.jars.ivy", IVY_FOLDER)).expanduser()
    jars = [*fetched_jars(ivy), *(s3a.fetched_jars(ivy) if s3a.is_wanted(found) else [])]
    if all(jar.exists() for jar in jars):
        del found["spark.jars.packages"]
        if s3a.is_wanted(found) and is_local(found):  # jars of a session are copied at each start: 700 MB
            place, separator = "spark.driver.extraClassPath", os.pathsep
        else:
            place, separator = "spark.jars", ","
        found[place] = separator.join([*filter(None, [found.get(place)]), *map(str, jars)])
    else:
        print(f"Fetching {_shown(found)} for Apache Spark, once, into {ivy}", file=sys.stderr, flush=True)
        found.setdefault("spark.jars.ivySettings", str(_ivy_settings(scratch)))
    return found


def fetched_jars(ivy: Path) -> Sequence[Path]:
    """Where the jars that Delta needs lie once Spark's resolver has fetched them."""
    group, name, number = delta_package().split(":")
    return [ivy / "jars" / f"{group}_{artifact}-{number}.jar" for artifact in (name, "delta-storage")]


def _ivy_settings(folder: Path) -> Path:
    mirror = os.environ.get("DEFAULT_ARTIFACT_REPOSITORY")  # as Spark itself obeys it
    file = folder / "ivysettings.xml"
    file.write_text(IVY_SETTINGS.format(root=f' root="{mirror}"' if mirror else ""), encoding="utf-8")
    return file
