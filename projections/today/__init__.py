"""What needs a person today: a file for each kind of thing; today.py puts them together."""
