"""A network with known causes and known effects, any size, seeded."""

from townsquare.simulate._forgetting import forget
from townsquare.simulate._run import Simulation, extend, read_simulation, simulate

__all__ = ["Simulation", "extend", "forget", "read_simulation", "simulate"]
