"""Notes that ask a member to look, until they say they have."""

MENTIONS = """
SELECT
    'mention' AS kind,
    NULL::timestamptz AS due_at,
    mention.occurred_at AS since,
    mention.origin AS position,
    running.requisition_id,
    mention.application_id,
    mention.candidate_id,
    NULL::uuid AS about_id,
    ARRAY[mention.member_id] AS for_ids
FROM note_mentions mention
LEFT JOIN running ON running.application_id = mention.application_id
WHERE mention.position <= %(p)s
  AND mention.superseded_at > %(p)s
  AND mention.occurred_at <= %(t)s
  AND NOT EXISTS (
    SELECT
    FROM mention_acknowledgements seen
    WHERE seen.note_position = mention.origin
      AND seen.member_id = mention.member_id
      AND seen.position <= %(p)s
      AND seen.superseded_at > %(p)s
      AND seen.occurred_at <= %(t)s
  )
"""
