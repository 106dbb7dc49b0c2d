"""Hadoop's S3A, by which Apache Spark reads and writes an object store: its jars and settings.

Credentials are not among them: S3A finds them as the provider's own tools do, ``AWS_ACCESS_KEY_ID`` first. Settings are
shown by Spark's pages and written into its log.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.delta import remote

if TYPE_CHECKING:
    from pipelines.settings import Settings

PROVIDED = (
    "org.apache.hadoop:hadoop-client-api",
    "org.apache.hadoop:hadoop-client-runtime",
    "org.apache.hadoop:hadoop-common",
    "org.slf4j:*",
)
"""What hadoop-aws names besides the provider's library: Spark has it."""

LIBRARIES = ("software.amazon.awssdk_bundle-*", "software.amazon.s3.analyticsaccelerator_*")
"""Jars that come with hadoop-aws, as Spark's resolver calls them."""


def settings_of(settings: Settings) -> dict[str, str]:
    """What S3A is told, where tables or raw files are in an object store; what a person gives counts first."""
    if not _is_used(settings):
        return settings.spark_conf
    remote.tell_environment(settings.storage_options)
    found = {
        "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        "spark.hadoop.fs.s3a.retry.limit": str(remote.RETRIES),
        "spark.hadoop.fs.s3a.attempts.maximum": "3",
        "spark.hadoop.fs.s3a.connection.establish.timeout": "5s",
        "spark.hadoop.fs.s3a.connection.timeout": f"{remote.REQUEST_SECONDS}s",
        # Small writes go in one request: a table has few large files.
        "spark.hadoop.fs.s3a.multipart.size": "64M",
    }
    if endpoint := remote.endpoint():
        found["spark.hadoop.fs.s3a.endpoint"] = endpoint
        found["spark.hadoop.fs.s3a.path.style.access"] = "true"
        found["spark.hadoop.fs.s3a.connection.ssl.enabled"] = str(not endpoint.startswith("http://")).lower()
    if region := remote.region():
        found["spark.hadoop.fs.s3a.endpoint.region"] = region
    return {**found, **settings.spark_conf}


def _is_used(settings: Settings) -> bool:
    places = (settings.lakehouse_uri, str(settings.raw_dir))
    return any(place.startswith(("s3://", "s3a://")) for place in places)


def is_wanted(conf: Mapping[str, str]) -> bool:
    """Whether a Spark is to reach an object store by S3A."""
    return "spark.hadoop.fs.s3.impl" in conf


def package() -> str:
    """Maven coordinates of hadoop-aws for the Hadoop that Spark has."""
    import pyspark

    jars = sorted((Path(pyspark.__file__).parent / "jars").glob("hadoop-client-api-*.jar"))
    found = re.search(r"api-([\d.]+)\.jar", jars[0].name) if jars else None
    return f"org.apache.hadoop:hadoop-aws:{found[1] if found else '3.5.0'}"


def fetched_jars(ivy: Path) -> Sequence[Path]:
    """Where its jars lie once Spark's resolver has fetched them; one that is not there where it has not."""
    group, name, number = package().split(":")
    libraries = [jar for pattern in LIBRARIES for jar in sorted((ivy / "jars").glob(f"{pattern}.jar"))]
    return [ivy / "jars" / f"{group}_{name}-{number}.jar", *(libraries or [ivy / "jars" / LIBRARIES[0]])]
