"""Tests of the forecasts of the sun."""
