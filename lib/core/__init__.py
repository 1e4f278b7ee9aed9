"""What is true: pure, synchronous, standard library only; time is an argument."""
