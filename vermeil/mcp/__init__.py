"""The lakehouse for programs that speak the Model Context Protocol: figures, explanations, timelines, to read only."""
