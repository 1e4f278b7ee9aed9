"""Tests of lib/feeds: meters of circuits, and limits that follow somebody."""
