"""The toy world: a house that moves by given time steps, and the boxes that speak for it."""
