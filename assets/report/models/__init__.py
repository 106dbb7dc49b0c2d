"""The page about models: how good they are, what they cost and catch, and whether they still fit."""

from __future__ import annotations

from assets.report.models.facts import ModelFacts, read_facts
from assets.report.models.page import FILE, TITLE, render
from assets.report.models.versions import versions

__all__ = ["FILE", "TITLE", "ModelFacts", "read_facts", "render", "versions"]
