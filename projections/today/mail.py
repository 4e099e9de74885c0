"""Mail that waits for somebody: answers nobody has answered, and messages that came back."""

REPLIES = """
SELECT
    'reply' AS kind,
    NULL::timestamptz AS due_at,
    reply.occurred_at AS since,
    reply.position,
    running.requisition_id,
    running.application_id,
    running.candidate_id,
    reply.message_id AS about_id,
    NULL::uuid[] AS for_ids
FROM running
CROSS JOIN LATERAL (
    SELECT
        position,
        occurred_at,
        message_id
    FROM message_steps
    WHERE application_id = running.application_id
      AND kind = 'received'
      AND NOT automatic
      AND position <= %(p)s
      AND occurred_at <= %(t)s
    ORDER BY position DESC
    LIMIT 1
) AS reply
WHERE NOT EXISTS (
    SELECT
    FROM message_steps answer
    WHERE answer.application_id = running.application_id
      AND answer.kind = 'requested'
      AND answer.position > reply.position
      AND answer.position <= %(p)s
      AND answer.occurred_at <= %(t)s
      AND NOT EXISTS (
        SELECT
        FROM message_steps fate
        WHERE fate.application_id = running.application_id
          AND fate.message_id = answer.message_id
          AND fate.kind = 'cancelled'
          AND fate.position <= %(p)s
          AND fate.occurred_at <= %(t)s
      )
)
"""

RETURNED = """
SELECT
    'returned_mail' AS kind,
    NULL::timestamptz AS due_at,
    returned.occurred_at AS since,
    returned.position,
    running.requisition_id,
    running.application_id,
    running.candidate_id,
    returned.message_id AS about_id,
    NULL::uuid[] AS for_ids
FROM running
CROSS JOIN LATERAL (
    SELECT
        position,
        occurred_at,
        message_id
    FROM message_steps
    WHERE application_id = running.application_id
      AND kind = 'bounced'
      AND permanent
      AND position <= %(p)s
      AND occurred_at <= %(t)s
    ORDER BY position DESC
    LIMIT 1
) AS returned
WHERE NOT EXISTS (
    SELECT
    FROM message_steps later
    WHERE later.application_id = running.application_id
      AND later.kind IN ('requested', 'resend_decided', 'received')
      AND later.position > returned.position
      AND later.position <= %(p)s
      AND later.occurred_at <= %(t)s
)
"""
