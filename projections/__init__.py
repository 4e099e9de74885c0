"""What can be asked: read models computed from the log alone, and the queries over them."""
