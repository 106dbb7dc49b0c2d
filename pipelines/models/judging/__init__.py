"""How good a model is, in figures, plots and a card."""
