"""Tests mirror lib/: one folder per part, stories across them."""
