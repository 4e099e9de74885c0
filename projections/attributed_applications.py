"""What applications are attributed to: the link, the campaign, the agency or the member."""

from projections.read_model import ReadModel

APPLICATIONS = """
INSERT INTO attributed_applications (
    position,
    origin,
    superseded_at,
    occurred_at,
    candidate_id,
    application_id,
    link,
    campaign,
    agency,
    referrer_id
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    stream_id,
    (data ->> 'application_id')::uuid,
    data ->> 'link',
    data ->> 'campaign',
    data ->> 'agency',
    (data ->> 'referrer_id')::uuid
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type = 'application.applied'
  AND data ?| ARRAY['link', 'campaign', 'agency', 'referrer_id']
"""

READ_MODEL = ReadModel(
    name="attributed_applications",
    version=1,
    tables=("attributed_applications",),
    statements=(APPLICATIONS,),
)
