"""``python -m tests.fuzz``, apart from `campaign`: spawned workers can't import a main module."""

import sys

from tests.fuzz.campaign import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
