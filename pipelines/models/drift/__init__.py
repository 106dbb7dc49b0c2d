"""How far what a model sees has moved from what it has learnt from."""
