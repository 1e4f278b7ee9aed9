"""The commands, and what runs around each program's loop."""
