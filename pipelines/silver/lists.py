"""Lists that derived columns look values up in, by the names that a declaration uses."""

from __future__ import annotations

from functools import cache

from pipelines.table import Listed

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
