"""Sources of bytes, tried on real ports, sockets, files and pipes."""
