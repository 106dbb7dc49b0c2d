"""Rules: conditions on a payment's features that people write, what they would have done, and what they decide."""
