"""Raw files to records: every record of every file, verbatim, once, with its place."""
