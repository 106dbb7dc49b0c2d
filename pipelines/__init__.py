"""The data work: raw payment files to checked Delta tables, and from these to a report."""
