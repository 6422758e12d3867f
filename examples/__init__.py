"""Programs to read, and to run from the project's folder: ``python -m examples.apple_tax``."""
