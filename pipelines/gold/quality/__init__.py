"""Where every record went, and how its fields have drifted."""
