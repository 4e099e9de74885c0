"""Approvals that wait for a step; who and since when: see projections/approvals.py."""

APPROVALS = """
SELECT
    'approval' AS kind,
    NULL::timestamptz AS due_at,
    approvals_waiting.since,
    approvals_waiting.position,
    COALESCE(
        approvals_waiting.requisition_id,
        (
            SELECT requisition_id
            FROM running
            WHERE application_id = approvals_waiting.application_id
        )
    ) AS requisition_id,
    approvals_waiting.application_id,
    approvals_waiting.candidate_id,
    approvals_waiting.offer_id AS about_id,
    ARRAY(
        SELECT approver.id::uuid
        FROM jsonb_array_elements_text(approvals_waiting.approver_ids) AS approver(id)
    ) AS for_ids
FROM approvals_waiting
"""
