"""What a program leaves on disk."""
