"""Sources of prices over real HTTP, and their watch in virtual time."""
