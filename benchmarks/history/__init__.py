"""A made-up organisation of any age: what people did there, week by week, as rows of the log.

The rows are what commands would have recorded, without giving the commands: a history of millions
of events is written in the time it takes to load it.
"""
