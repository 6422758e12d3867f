"""Kernels on raw arrays: what the structured ops compute with."""
