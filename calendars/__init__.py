"""Calendars: when interviewers are busy, and which times that leaves for an interview."""
