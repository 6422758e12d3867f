"""What has no derivative: creation, dtypes, masks, counts, indices, sets; a file for each topic."""
