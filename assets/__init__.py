"""Dagster: declared tables as assets, what runs when, alerts, and what commands did."""
