"""Tables on a disk: engines, commits, logs, releases, locks."""
