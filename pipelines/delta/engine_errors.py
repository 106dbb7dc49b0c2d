"""What an engine's errors mean for whoever runs Vermeil: what happened and what to do, in one line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import catalog
from pipelines.delta import remote, storage
from pipelines.errors import EngineError, VermeilError, is_out_of_space

if TYPE_CHECKING:
    from pipelines.settings import Settings

Advice = tuple[tuple[str, str], ...]
"""Patterns of what is said, most telling first, each with what it means."""

LIBRARIES = ("py4j", "pyspark", "grpc", "deltalake", "_internal", "pyarrow", "pyo3_runtime")
"""Whose errors are an engine's; those of delta-rs are called ``_internal``, and a panic in Rust ``pyo3_runtime``."""

AT = "while vermeil was at "
"""How a note on an error begins that tells where it came."""

OF = "of the table at "
"""How a note on an error begins that tells which table was read."""

WRITING = "a writer was at work"
"""A note on an error that came while the lakehouse was held for writing."""

LOOKED_AT = 200_000
"""Bytes at the end of a log in which the cause of an end is looked for."""

LONGEST = 300
"""Characters of an engine's own words that are shown."""

_FRAMES = ("at ", "...", "File ", "JVM stacktrace", "Driver stacktrace", "An error occurred while calling")
"""How lines of a trace begin, and the one in which py4j says only that something failed."""

NO_MEMORY = (
    "OutOfMemoryError|GC overhead limit|SparkOutOfMemory|UNABLE_TO_ACQUIRE_MEMORY",
    "Spark ran out of memory: give it more (spark.driver.memory on one machine, spark.executor.memory on a "
    "cluster, in VERMEIL_SPARK_CONF), or take less at a time (VERMEIL_BATCH_BYTES)",
)
NO_MASTER = (
    "All masters are unresponsive|Could not parse Master URL|Invalid master URL",
    "no master answers at spark.master: start the cluster, or mend spark.master in VERMEIL_SPARK_CONF",
)
NO_EXECUTORS = (
    "ExecutorLostFailure|Master removed our application|Max number of executor failures",
    "executors ended again and again, more often than Spark tries: the logs of the cluster's workers, or pods, say why",
)

LOGGED: Advice = (NO_MEMORY, NO_MASTER, ("Application has been killed", NO_EXECUTORS[1]))
"""What is looked for in its log where Spark is gone: there it says why, and to its caller only that it is."""

STARTING: Advice = (
    (
        "UnsupportedClassVersionError",
        "this Java is too old: Apache Spark 4 needs Java 17 or 21. Install one and set JAVA_HOME",
    ),
    (
        r"JAVA_HOME is not set|java: (command )?not found|java: No such file",
        "no Java was found: Apache Spark 4 needs Java 17 or 21. Install one, set JAVA_HOME or put it on the path",
    ),
    (
        r"unresolved dependency|UNRESOLVED DEPENDENCIES|Server access error",
        "Delta's jars could not be fetched from Maven. Where that cannot be reached, set spark.jars to the two files "
        "delta-spark and delta-storage, and spark.jars.packages to an empty text, in VERMEIL_SPARK_CONF",
    ),
    (
        r"DeltaSparkSessionExtension|NoClassDefFoundError|NoSuchMethodError|AbstractMethodError|IncompatibleClassChange",
        "the Delta jar is missing or made for another Spark: name the one that fits in VERMEIL_SPARK_CONF, "
        "or leave spark.jars and spark.jars.packages out of it",
    ),
    NO_MASTER,
    (
        "BindException|Address already in use",
        "a port that Spark was told to listen at is taken: free it, or mend spark.driver.port, spark.ui.port or "
        "spark.blockManager.port in VERMEIL_SPARK_CONF",
    ),
    (
        "System memory .* must be at least",
        "spark.driver.memory in VERMEIL_SPARK_CONF is too small: 1g or more is needed",
    ),
    (
        "Could not reserve enough space|Cannot allocate memory|insufficient memory|OutOfMemoryError",
        "there is not enough memory: lower spark.driver.memory in VERMEIL_SPARK_CONF",
    ),
)
"""What is said where Spark does not start."""

SERVER_ENDED = "the Spark Connect server has ended or was started again: see that it runs"
GONE = "the process of Spark is gone: it was killed, or the machine had no memory left"

RUNNING: Advice = (
    NO_MEMORY,
    # An executor ends with 52 where its heap is full, and with 137 where the machine, or a container's limit, kills it.
    (r"possible container OOM|exited with (exit )?code (52|137)\b", NO_MEMORY[1]),
    (
        "maxResultSize",
        "one query gave the driver more than spark.driver.maxResultSize: ask for less, or raise it and "
        "spark.driver.memory in VERMEIL_SPARK_CONF",
    ),
    (
        r"No module named '(pipelines|pyarrow|msgspec|orjson|isal|zstandard)",
        "the Python of the executors lacks Vermeil: install it there, and name it by PYSPARK_PYTHON or "
        "spark.pyspark.python in VERMEIL_SPARK_CONF (on a Connect server, by PYSPARK_PYTHON of the server)",
    ),
    (
        "Cannot run program",
        "executors find no Python under the name that they were given: mend PYSPARK_PYTHON, or spark.pyspark.python in "
        "VERMEIL_SPARK_CONF",
    ),
    (
        "PYTHON_VERSION_MISMATCH|different (minor )?version.{0,40}driver",
        "executors run another Python than this one: name the same version by PYSPARK_PYTHON or "
        "spark.pyspark.python in VERMEIL_SPARK_CONF",
    ),
    (
        "Python worker exited unexpectedly|PYTHON_WORKER_EXITED|Python worker failed to connect|EOFException",
        "a Python process of an executor died: it was killed, or memory ran out (raise "
        "spark.executor.memoryOverhead, or lower VERMEIL_BATCH_BYTES)",
    ),
    (
        r"DATA_SOURCE_NOT_FOUND.*delta|Failed to find.*data source: delta|DeltaCatalog|DeltaSparkSessionExtension",
        "this Spark has no Delta: it needs the jars delta-spark and delta-storage (spark.jars), a Connect server also "
        "spark.sql.extensions and spark.sql.catalog.spark_catalog (docs/how-to.md, Use your own cluster)",
    ),
    (
        r"NoClassDefFoundError|NoSuchMethodError|AbstractMethodError|IncompatibleClassChange",
        "the Delta jar was made for another Spark: name the one that fits, or leave spark.jars out of "
        "VERMEIL_SPARK_CONF",
    ),
    (
        r"Failed to commit transaction: \d|"
        r"ConcurrentModification|Concurrent(Append|DeleteRead|DeleteDelete|Write|Transaction)Exception|DELTA_CONCURRENT"
        "|MetadataChangedException|DELTA_METADATA_CHANGED",
        "another program wrote to the table meanwhile",
    ),
    (
        r"SESSION_NOT_FOUND|SESSION_CHANGED|SESSION_CLOSED|StatusCode\.UNAVAILABLE|failed to connect to all addresses"
        r"|RETRIES_EXCEEDED",
        SERVER_ENDED,
    ),
    NO_MASTER,
    NO_EXECUTORS,
    (
        "Answer from Java side is empty|connect to the Java server|Connection refused|stopped SparkContext"
        "|SparkContext was shut down|Error while (sending|receiving)",
        GONE,
    ),
)
"""What is said where a Spark that has started fails."""

FILES: Advice = (
    (
        r"Permission denied|AccessDenied|Access Denied|403 Forbidden|InvalidAccessKeyId|SignatureDoesNotMatch",
        "this process may not read or write the files of {table}: mend their rights, or VERMEIL_STORAGE_OPTIONS",
    ),
    (
        r"Object at location .* not found|No such file or directory|PATH_NOT_FOUND|FileNotFound|FILE_NOT_EXIST",
        "a file of {table} is gone. {again}",
    ),
    (
        r"Requested range was invalid|Failed to fetch metadata|(?i:not a parquet|parquet magic|corrupt)|Json error"
        r"|Invalid JSON|Checksum|CANNOT_READ_FILE|Invalid Parquet|JsonParseException|DELTA_STATE_RECOVER",
        "a file of {table} is damaged. {again}",
    ),
)
"""What is said where a table's own files are at fault."""

OF_STORE = (
    r"S3 error|Error performing|\bs3a\b|S3AFileSystem|AwsServiceException|SdkClientException|S3Exception"
)
"""What errors of an object store's clients have in them."""

ANEW = "Make it anew: move {uri} away, then vermeil run --full-refresh {table}"
FROM_BACKUP = "Bring {uri} back from a backup"


def is_of_engine(error: BaseException) -> bool:
    """Whether an error came from an engine, be it that the engine is gone."""
    return any(
        found.__module__.split(".")[0] in LIBRARIES
        or (isinstance(one, OSError) and (_passed_py4j(one) or re.search(OF_STORE, str(one)) is not None))
        for one in _chain(error)
        for found in type(one).__mro__
    )


def is_of_query(error: BaseException, settings: Settings) -> bool:
    """Whether an engine's error is about what it was asked, not about itself or about files."""
    said = "\n".join(map(_words, _chain(error)))
    return _of_files(error, settings) is None and meaning(said, RUNNING) is None


def plain(error: BaseException, settings: Settings) -> VermeilError | None:
    """An engine's error in one line: at which table, what happened, what to do; None for what is none of an engine.

    Args:
        error: what was raised; a note that begins with ``AT`` says where.
        settings: of the lakehouse: where the log of a Spark that was started here lies.
    """
    if isinstance(error, VermeilError) or is_out_of_space(error) or not is_of_engine(error):
        return None
    what = explained(error, settings)
    said = what if (where := place(error)).rstrip(": ") in what else f"{where}{what}"
    if not any(WRITING in getattr(one, "__notes__", ()) for one in _chain(error)):
        return EngineError(said)
    return EngineError(f"{said}. Nothing of the batch at hand was published: the next run goes on from there")


def explained(error: BaseException, settings: Settings) -> str:
    """What an engine's error means, else its most telling line, and where all of it stands."""
    if of_store := _of_store(error, settings):
        return of_store
    log = settings.spark_log if settings.engine == "spark" else None
    what = meaning("\n".join(map(_words, _chain(error))), RUNNING)
    if log and what in (None, GONE, SERVER_ENDED):  # the server is a JVM of this process
        what = meaning(_tail(log), LOGGED) or (GONE if what else None)
    if what is None and (of_files := _of_files(error, settings)):
        return of_files
    what = what or f"the engine failed: {telling(error)}"
    if log:
        return f"{what} (all of it: {log})"
    return f"{what} (more in the server's log)" if "://" in settings.engine else what


def _of_store(error: BaseException, settings: Settings) -> str | None:
    """What it means that an object store does not do what it is asked; None where it is nothing of that kind."""
    said = "\n".join(map(_words, _chain(error)))
    if storage.is_local(settings.lakehouse_uri) or not re.search(OF_STORE, said):
        return None
    meant = remote.meaning(said)
    return f"the object store of {settings.lakehouse_uri}: {meant}" if meant else None


def _of_files(error: BaseException, settings: Settings) -> str | None:
    """What it means that a table's files cannot be read; None where it is nothing of that kind."""
    said = "\n".join(map(_words, _chain(error)))
    table = table_in("\n".join([*_notes(error, OF), said]))
    meant = meaning(said, FILES)
    if table is None or meant is None:
        return None
    layer, name = table.split(".")
    uri = storage.join(settings.lakehouse_uri, layer, name)
    again = FROM_BACKUP if catalog.is_once(table) else ANEW
    return meant.format(table=table, again=again.format(table=table, uri=uri))


def table_in(said: str) -> str | None:
    """The table whose files some words name; None where they name none."""
    found = re.search(r"/(bronze|silver|gold)/(\w+)", said)
    return f"{found[1]}.{found[2]}" if found else None


def meaning(said: str, advice: Advice) -> str | None:
    """What words of an engine mean; None where they are not known."""
    return next((meant for pattern, meant in advice if re.search(pattern, said)), None)


def telling(error: BaseException) -> str:
    """The line of an engine's words that tells most: what Python raised, else the last cause, else the first."""
    lines = [line.strip().removeprefix(": ") for line in str(error).splitlines()]
    lines = [line for line in lines if line and not line.startswith(_FRAMES)]
    raised = [line for line in lines if re.match(r"(\w+\.)*\w*(Error|Exception)\b.*: \S", line)]
    causes = [line.removeprefix("Caused by: ") for line in lines if line.startswith("Caused by: ")]
    python = "Traceback (most recent call last)" in str(error)
    chosen = (raised[-1:] if python else causes[-1:]) or lines[:1] or [type(error).__name__]
    return chosen[0][:LONGEST].rstrip(". ")


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and those that it came from: closing what failed fails in its turn, and tells less."""
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__ or found.__context__


def _passed_py4j(error: BaseException) -> bool:
    """Whether it was raised within py4j, whose sockets raise the system's own errors."""
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_globals.get("__name__", "").startswith("py4j."):
            return True
        trace = trace.tb_next
    return False


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def place(error: BaseException) -> str:
    """At which table an error came, to begin a sentence with; empty where that is not known."""
    found = next(_notes(error, AT), "")
    return f"{found}: " if found else ""


def _notes(error: BaseException, begin: str) -> Iterator[str]:
    """What notes say that begin in some way."""
    for one in _chain(error):
        for note in getattr(one, "__notes__", ()):
            if note.startswith(begin):
                yield note.removeprefix(begin)


def _tail(log: Path) -> str:
    """The end of what a Spark has written."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - LOOKED_AT))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""
