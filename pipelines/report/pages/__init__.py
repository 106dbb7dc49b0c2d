"""The pages of the report: each module is one, and declares it as ``PAGE``."""
