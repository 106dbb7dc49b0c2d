"""Lists that derived columns look values up in, by the names that a declaration uses."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pyarrow as pa
from pyspark.sql import functions as F  # noqa: N812

from pipelines.table import Listed

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

FREE_EMAIL_DOMAINS = (
    "126.com", "163.com", "aol.com", "att.net", "bol.com.br", "comcast.net", "daum.net", "fastmail.com",
    "free.fr", "gmail.com", "gmx.at", "gmx.ch", "gmx.com", "gmx.de", "gmx.net", "googlemail.com",
    "hotmail.co.uk", "hotmail.com", "hotmail.de", "hotmail.es", "hotmail.fr", "hotmail.it",
    "icloud.com", "laposte.net", "libero.it", "live.com", "live.fr", "mac.com", "mail.com", "mail.ru",
    "me.com", "msn.com", "naver.com", "orange.fr", "outlook.com", "outlook.de", "outlook.fr", "pm.me",
    "proton.me", "protonmail.com", "qq.com", "rediffmail.com", "rocketmail.com", "sfr.fr",
    "t-online.de", "tutanota.com", "uol.com.br", "verizon.net", "virgilio.it", "wanadoo.fr", "web.de",
    "yahoo.ca", "yahoo.co.in", "yahoo.co.jp", "yahoo.co.uk", "yahoo.com", "yahoo.com.br", "yahoo.de",
    "yahoo.es", "yahoo.fr", "yahoo.it", "yandex.com", "yandex.ru", "ymail.com", "zoho.com",
)  # fmt: skip
"""Large providers at which anybody gets an address without paying."""


@cache
def values(name: Listed) -> tuple[str, ...]:
    """The values of a list, in order."""
    match name:
        case "disposable_email_domains":
            from disposable_email_domains import blocklist

            return tuple(sorted(blocklist))
        case "free_email_domains":
            return FREE_EMAIL_DOMAINS


def with_membership(rows: DataFrame, column: str, value: Expression, name: Listed) -> DataFrame:
    """The rows with a boolean column that says whether a value is on a list; null where there is no value.

    The list is joined as a small table: written into the plan, its thousands of values took longer to plan than all
    the rows of a batch took to be parsed.
    """
    entry, is_listed = f"_{column}_entry", f"_{column}_is_listed"
    entries = rows.sparkSession.createDataFrame(pa.table({entry: pa.array(values(name), pa.string())}))
    found = rows.withColumn(entry, value).join(
        F.broadcast(entries.withColumn(is_listed, F.lit(True))), entry, "left"
    )
    said = F.when(F.col(entry).isNotNull(), F.coalesce(is_listed, F.lit(False)))
    return found.withColumn(column, said).drop(entry, is_listed)
