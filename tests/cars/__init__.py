"""Tests of lib/cars: sources of a state of charge, and when they are asked."""
