"""Mutation test of the rules: faults are planted, and the suite must reject them."""
