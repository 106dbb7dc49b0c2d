"""The page about a task's models: how good they are, what they cost and catch, and whether they still fit."""

from __future__ import annotations

from pipelines.report.models.facts import ModelFacts, read_facts
from pipelines.report.models.page import page, render
from pipelines.report.models.versions import versions

__all__ = ["ModelFacts", "page", "read_facts", "render", "versions"]
