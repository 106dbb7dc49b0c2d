"""Forgetting a person: their records are kept for the money in them, without anything that says who they were."""
