"""Made-up histories of an organisation: planned from a seed, then written by the usual commands.

To fill an organisation, see simulation/history.py.
"""
