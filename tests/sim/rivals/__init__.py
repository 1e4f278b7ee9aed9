"""Tests of the strategies of other systems, rule by rule."""
