"""Inverters, each played by a box that speaks its protocol on a real socket."""
