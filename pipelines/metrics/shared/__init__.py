"""What metrics are, and how a question about them becomes one query."""
