"""The programs as their owner runs them: real processes, real sockets, a real terminal."""
