"""Reactions: an event comes in, a command or a mail goes out. Never replayed."""
