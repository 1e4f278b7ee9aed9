"""Third-party services, played on loopback: each speaks the real protocol and remembers what it was told."""
