"""Tests of the toy world and its boxes."""
