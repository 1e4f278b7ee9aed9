"""Home batteries, against boxes that speak their protocols."""
