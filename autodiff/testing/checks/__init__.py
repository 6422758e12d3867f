"""The checks: each asks one question of a function, a module or an optimizer."""
