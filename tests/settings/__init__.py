"""The owner's settings: what is taken from where, and the one sentence that answers a slip."""
