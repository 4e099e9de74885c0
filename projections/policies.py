"""Which policy each metric was to be computed by: what was adopted, from when on."""

from datetime import datetime

from projections.asked import Asked
from projections.read_model import ReadModel
from store.database import Connection

ADOPTED = """
INSERT INTO adopted_policies (
    position,
    origin,
    superseded_at,
    occurred_at,
    metric,
    policy
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    data ->> 'metric',
    data ->> 'policy'
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type = 'organisation.policy_adopted'
"""

READ_MODEL = ReadModel(
    name="policies",
    version=1,
    tables=("adopted_policies",),
    statements=(ADOPTED,),
)

IN_FORCE = """
SELECT policy
FROM adopted_policies
WHERE metric = %(metric)s
  AND position <= %(p)s
  AND superseded_at > %(p)s
  AND occurred_at <= %(on)s
ORDER BY occurred_at DESC, origin DESC
LIMIT 1
"""


def policy_in_force(
    connection: Connection, asked: Asked, metric: str, on: datetime | None = None
) -> str | None:
    """The policy last adopted for a metric by a time, `as_of` unless said; None if none was."""
    parameters = {**asked.parameters, "metric": metric, "on": on or asked.parameters["t"]}
    row = connection.execute(IN_FORCE, parameters).fetchone()
    return row[0] if row else None
