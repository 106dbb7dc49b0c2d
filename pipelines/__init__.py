"""The data work: raw payment files to checked Delta tables, and from these to a report."""

import os

# The libraries that compute and commit here have allocators of their own, which by default keep what they have been
# given for seconds, each beside the other: a third of the peak of a load. Read when they are loaded, so it stands here.
os.environ.setdefault("MIMALLOC_PURGE_DELAY", "0")  # Sail's
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:1000,muzzy_decay_ms:0")  # delta-rs's
