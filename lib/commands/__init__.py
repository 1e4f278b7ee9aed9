"""What a program does besides running; each command joins parts as a program does."""

SLIP = 2  # the exit code of an owner's slip: trying again does not mend it
