"""What is true: laws and cases."""
