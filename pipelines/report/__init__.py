"""The report: HTML pages made from gold. Importing it loads Plotly and Spark's client."""

from __future__ import annotations

from pipelines.report.page import report_files, write_report

__all__ = ["report_files", "write_report"]
