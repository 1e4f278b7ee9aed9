"""Benches: what the program must reach, measured beside a rival or a limit in the same run."""
