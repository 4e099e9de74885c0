"""Profiles that the documents of applicants suggest, until a person confirms or dismisses them."""

PROFILES = """
SELECT
    'profile' AS kind,
    NULL::timestamptz AS due_at,
    read.occurred_at AS since,
    read.origin AS position,
    applying.requisition_id,
    applying.application_id,
    read.candidate_id,
    read.document_id AS about_id,
    NULL::uuid[] AS for_ids
FROM (
    SELECT DISTINCT ON (candidate_id)
        candidate_id,
        application_id,
        requisition_id
    FROM running
    ORDER BY candidate_id, application_id
) AS applying
JOIN document_steps read ON read.candidate_id = applying.candidate_id
WHERE read.step = 'read'
  AND read.suggests
  AND read.position <= %(p)s
  AND read.superseded_at > %(p)s
  AND read.occurred_at <= %(t)s
  AND NOT EXISTS (
    SELECT
    FROM document_steps later
    LEFT JOIN one_person theirs ON theirs.candidate_id = later.candidate_id
    LEFT JOIN one_person mine ON mine.candidate_id = read.candidate_id
    WHERE later.document_id = read.document_id
      AND (
        later.step = 'removed'
        OR (
            later.step IN ('confirmed', 'dismissed')
            AND COALESCE(theirs.person_id, later.candidate_id)
                = COALESCE(mine.person_id, read.candidate_id)
        )
      )
      AND later.position <= %(p)s
      AND later.superseded_at > %(p)s
      AND later.occurred_at <= %(t)s
  )
"""
