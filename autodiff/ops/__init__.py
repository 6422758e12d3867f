"""The local operations, one file a family of names."""
