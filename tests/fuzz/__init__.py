"""Random programs against other engines: `python -m tests.fuzz --help`."""
