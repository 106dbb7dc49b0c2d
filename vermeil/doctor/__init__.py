"""Look at everything that a lakehouse needs, and say of each thing what to do: ``vermeil doctor``."""

from __future__ import annotations

from vermeil.doctor.diagnosis import diagnose
from vermeil.doctor.finding import Finding

__all__ = ["Finding", "diagnose"]
