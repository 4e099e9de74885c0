"""What may be asked for: get, decide, save. Each answers with what it recorded."""
