"""The parts of the Digital Meter; docs/ARCHITECTURE.md shows how they hang together."""
