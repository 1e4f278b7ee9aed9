"""What the words come down to."""
