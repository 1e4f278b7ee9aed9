"""A home's year in a plain loop without waiting: homes, strategies, what they cost, and the least that a year can cost.

What a home is stands in `home`, what a strategy sees and orders in `seen`, what really happens in `plant`.
"""
