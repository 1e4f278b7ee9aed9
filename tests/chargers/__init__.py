"""Chargers, against boxes that speak their protocols."""
