"""Offers that wait for us: to be revised, extended, answered before they expire, or hired upon."""

OFFERS = """
SELECT
    CASE latest.milestone
        WHEN 'approval_refused' THEN 'offer_to_revise'
        WHEN 'approved' THEN 'offer_to_extend'
        WHEN 'extended' THEN 'offer_expiring'
        ELSE 'hire'
    END AS kind,
    latest.expires_at AS due_at,
    latest.occurred_at AS since,
    latest.position,
    running.requisition_id,
    running.application_id,
    running.candidate_id,
    latest.offer_id AS about_id,
    NULL::uuid[] AS for_ids
FROM running
CROSS JOIN LATERAL (
    SELECT DISTINCT ON (offer_id)
        position,
        occurred_at,
        offer_id,
        milestone,
        CASE milestone WHEN 'extended' THEN expires_at END AS expires_at
    FROM offer_milestones
    WHERE application_id = running.application_id
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
    ORDER BY offer_id, origin DESC
) AS latest
WHERE latest.milestone IN ('approval_refused', 'approved', 'accepted')
   OR (
    latest.milestone = 'extended'
    AND latest.expires_at <= %(now)s + interval '7 days'
   )
"""
