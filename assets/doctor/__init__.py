"""Look at everything that a lakehouse needs, and say of each thing what to do: ``vermeil doctor``."""

from __future__ import annotations

from assets.doctor.diagnosis import diagnose
from assets.doctor.finding import Finding

__all__ = ["Finding", "diagnose"]
