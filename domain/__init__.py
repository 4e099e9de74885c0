"""What happens in recruiting, and what may happen next. No I/O: standard library, pydantic and eventsourcing only."""
