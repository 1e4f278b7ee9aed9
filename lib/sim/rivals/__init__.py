"""Strategies of other systems, written anew from their rules, to measure ours against. They know the core alone."""
