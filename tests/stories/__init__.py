"""Whole days in virtual time: the simulated house, its telegrams, and what the meter app makes of them."""
