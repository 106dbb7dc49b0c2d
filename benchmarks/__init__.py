"""How fast Vermeil is, how much memory it takes, and what one more day costs. Run it with ``python -m benchmarks``."""
