"""What a program says to others: one server for listeners, people and REST, and the client that listens to a peer."""
