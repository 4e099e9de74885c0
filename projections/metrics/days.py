"""Durations in days, as SQL."""

# Weekdays among the first n days that begin with a Monday: five a week, at most five in the rest.
_WEEKDAYS = "(5 * ({n} / 7) + LEAST(MOD({n}, 7), 5))"
_MONDAY = "DATE '1900-01-01'"


def days(start: str, end: str) -> str:
    """The days between two columns, by the policy's parameter `days`.

    elapsed: hours / 24, not rounded. calendar: the difference of the dates. business: weekdays
    after the first date, up to and with the last. Dates are the organisation's (`zone`).
    """
    first, last = (
        f"(({column} AT TIME ZONE %(zone)s)::date - {_MONDAY} + 1)" for column in (start, end)
    )
    weekdays = f"{_WEEKDAYS.format(n=last)} - {_WEEKDAYS.format(n=first)}"
    return f"""
    CASE %(days)s
        WHEN 'calendar' THEN ({last} - {first})::float8
        WHEN 'business' THEN ({weekdays})::float8
        ELSE (extract(epoch FROM {end} - {start}) / 86400)::float8
    END
"""
