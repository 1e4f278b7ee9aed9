"""Tests of the year: homes, strategies, and what they cost."""
