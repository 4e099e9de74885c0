"""How people who were hired turned out: the rows behind quality of hire."""

from projections.read_model import ReadModel

OUTCOMES = """
INSERT INTO hire_outcomes (
    position,
    origin,
    superseded_at,
    occurred_at,
    candidate_id,
    application_id,
    day,
    performance,
    retained,
    ramp_up,
    manager_satisfaction
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    stream_id,
    (data ->> 'application_id')::uuid,
    (data ->> 'day')::int,
    (data ->> 'performance')::int,
    (data ->> 'retained')::boolean,
    (data ->> 'ramp_up')::int,
    (data ->> 'manager_satisfaction')::int
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type = 'hire.outcome_recorded'
"""

READ_MODEL = ReadModel(
    name="hire_outcomes",
    version=1,
    tables=("hire_outcomes",),
    statements=(OUTCOMES,),
)
