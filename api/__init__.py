"""JSON over HTTP: each endpoint parses, calls one command or query, and answers."""
