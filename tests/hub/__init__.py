"""Tests of what a program says to others."""
