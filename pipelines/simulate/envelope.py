"""Events as Amazon EventBridge delivers and archives them: one envelope a line."""

import random
from datetime import UTC, datetime

import orjson

_AWS_ACCOUNT = "482910375526"
_SOURCE = "aws.partner/stripe.com/ed_61SvermeilPartnerBus"


def wrap(rng: random.Random, line: bytes, type: str, created: int) -> bytes:
    """An event's line in an envelope. Its `account` is the AWS account; Stripe's stays in `detail`."""
    return orjson.dumps(
        {
            "version": "0",
            "id": _uuid(rng),
            "detail-type": type,
            "source": _SOURCE,
            "account": _AWS_ACCOUNT,
            "time": datetime.fromtimestamp(created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": "us-east-1",
            "resources": [
                _SOURCE.replace("aws.partner/", "arn:aws:events:us-east-1::event-source/aws.partner/")
            ],
            "detail": orjson.Fragment(line),
        }
    )


def _uuid(rng: random.Random) -> str:
    digits = f"{rng.getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
