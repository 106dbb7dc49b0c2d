"""From examples to a model that may take the place of the one before."""
