"""Registers of devices, over real TCP."""
