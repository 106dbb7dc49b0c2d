"""Bring alerts to a webhook and to mailboxes. Tried a few times; what fails is said without addresses or secrets."""

from __future__ import annotations

import json
import smtplib
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assets.alerts.alert import Alert
    from pipelines.settings import Settings

ATTEMPTS = 3
TIMEOUT = 10.0
"""Seconds that one attempt may take."""


class DeliveryError(Exception):
    """A channel did not take an alert. The text names neither address nor secret."""


class _FinalError(DeliveryError):
    """Trying again would not help."""


def channels(settings: Settings) -> dict[str, Callable[[Alert], None]]:
    """The channels that are set up, by name."""
    found: dict[str, Callable[[Alert], None]] = {}
    if settings.alert_webhook:
        found["webhook"] = lambda alert: post(settings, alert)
    if settings.alert_email:
        found["email"] = lambda alert: mail(settings, alert)
    return found


def deliver(
    settings: Settings, alert: Alert, names: list[str], pause: Callable[[float], None] = time.sleep
) -> dict[str, str]:
    """Send an alert through some channels; why it could not be sent, by channel: empty where all took it."""
    failures = {}
    for name, send in channels(settings).items():
        if name in names:
            try:
                _tried(lambda send=send: send(alert), pause)  # type: ignore[misc]
            except DeliveryError as error:
                failures[name] = str(error)
    return failures


def post(settings: Settings, alert: Alert) -> None:
    """Send an alert to the webhook, as JSON.

    Raises:
        DeliveryError: it was not taken.
    """
    assert settings.alert_webhook
    request = urllib.request.Request(
        settings.alert_webhook.get_secret_value(),
        data=json.dumps(alert.as_json()).encode(),
        headers={"Content-Type": "application/json", "User-Agent": "vermeil"},
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT):
            pass
    except urllib.error.HTTPError as error:
        again = error.code == 429 or error.code >= 500
        raise (DeliveryError if again else _FinalError)(f"it answered with status {error.code}") from None
    except (OSError, ValueError) as error:
        # The texts of these errors may hold the address, which is a secret for most services.
        raise DeliveryError(f"it could not be reached ({_kind(error)})") from None


def mail(settings: Settings, alert: Alert) -> None:
    """Send an alert to the mailboxes.

    Raises:
        DeliveryError: the server did not take it.
    """
    message = EmailMessage()
    message["Subject"] = f"[vermeil] {' '.join(alert.headline.split())}"[:180]
    message["From"] = settings.smtp_from or "vermeil@localhost"
    message["To"] = ", ".join(settings.mailboxes)
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain="vermeil.invalid")
    message.set_content(alert.text)
    try:
        with _server(settings) as server:
            server.send_message(message)
    except smtplib.SMTPAuthenticationError:
        raise _FinalError("the mail server refuses the user or the password") from None
    except smtplib.SMTPResponseException as error:
        raise DeliveryError(f"the mail server answered with {error.smtp_code}") from None
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise DeliveryError(f"the mail server did not take it ({_kind(error)})") from None


def _server(settings: Settings) -> smtplib.SMTP:
    context = ssl.create_default_context()
    host, port = settings.smtp_host, settings.smtp_port
    if settings.smtp_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT)
    if settings.smtp_security == "starttls":
        server.starttls(context=context)
    if settings.smtp_user and settings.smtp_password:
        server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
    return server


def _tried(send: Callable[[], None], pause: Callable[[float], None]) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            send()
        except DeliveryError as error:
            if attempt == ATTEMPTS or isinstance(error, _FinalError):
                raise
            pause(2.0 ** (attempt - 1))
        else:
            return


def _kind(error: Exception) -> str:
    reason = getattr(error, "reason", None)
    return type(reason).__name__ if isinstance(reason, Exception) else type(error).__name__
