"""What is expected of every table. Importing this is cheap: Great Expectations is imported to validate a batch."""

from __future__ import annotations

from expectations.catalog import suite, suites
from expectations.check import Check, Suite
from expectations.run import preload, validate

__all__ = ["Check", "Suite", "preload", "suite", "suites", "validate"]
