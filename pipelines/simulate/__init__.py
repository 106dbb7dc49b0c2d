"""A simulated Stripe archive, as no one may publish real payments.

from pipelines.simulate import Simulation, simulate
summary = simulate(Simulation(days=30), out=Path("raw"), truth=Path("truth"))
"""

from pipelines.simulate.settings import Simulation, Summary
from pipelines.simulate.simulation import simulate

__all__ = ["Simulation", "Summary", "simulate"]
