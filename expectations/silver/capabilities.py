"""silver.capabilities: what is active was asked for."""

from __future__ import annotations

from expectations.check import always

CHECKS = (
    always(
        "active_is_requested",
        "status <> 'active' or coalesce(is_requested, true)",
        "What is active was asked for.",
        "warning",
    ),
)
