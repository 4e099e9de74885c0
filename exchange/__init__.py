"""Import and export: other systems' histories, taken in through our own domain events."""

from exchange.formats import import_file

__all__ = ["import_file"]
