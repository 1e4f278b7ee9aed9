"""What a program does besides running; each command joins parts as a program does."""
