"""What recruiting cost: the rows behind cost per hire."""

from projections.read_model import ReadModel

COSTS = """
INSERT INTO costs (
    position,
    origin,
    superseded_at,
    occurred_at,
    cost_id,
    scope,
    requisition_id,
    source,
    campaign_id,
    starts_on,
    ends_on,
    category,
    internal,
    comparable,
    amount,
    currency
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    stream_id,
    data ->> 'scope',
    (data ->> 'requisition_id')::uuid,
    data ->> 'source_code',
    (data ->> 'campaign_id')::uuid,
    (data ->> 'starts_on')::date,
    (data ->> 'ends_on')::date,
    data ->> 'category',
    (data ->> 'internal')::boolean,
    COALESCE((data ->> 'comparable')::boolean, true),
    (data ->> 'amount')::numeric,
    data ->> 'currency'
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type = 'cost.recorded'
"""

READ_MODEL = ReadModel(
    name="costs",
    version=1,
    tables=("costs",),
    statements=(COSTS,),
)
