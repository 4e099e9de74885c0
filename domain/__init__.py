"""What happens in recruiting, and what may happen next. No I/O."""
