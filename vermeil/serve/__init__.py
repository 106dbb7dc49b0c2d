"""A site on this machine: the report, and a box to ask in. It needs no network and runs no script of its own."""
