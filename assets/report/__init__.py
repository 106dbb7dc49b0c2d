"""The report: one HTML page made from gold. Importing it loads Plotly and Spark's client."""

from __future__ import annotations

from assets.report.page import write_report

__all__ = ["write_report"]
