"""The Python array API standard 2024.12 as tables: its names, calls of them, its special cases."""
