"""Interviews that need one of us, and the scorecards they lack: see projections/interviews.py."""

ASKED = """
interviews_asked AS (
    SELECT interview_id
    FROM interviews
    WHERE application_id IN (SELECT application_id FROM running)
)
"""

INTERVIEWS = """
SELECT
    CASE need WHEN 'scorecards' THEN 'scorecard' ELSE 'interview_' || need END AS kind,
    CASE
        WHEN need IN ('scorecards', 'outcome') THEN interview.ends_at
        ELSE interview.starts_at
    END AS due_at,
    CASE need
        WHEN 'scorecards' THEN COALESCE(interview.ends_at, interview.held_at)
        WHEN 'outcome' THEN interview.ends_at
        WHEN 'another_time' THEN interview.another_time_at
        ELSE interview.occurred_at
    END AS since,
    interview.position,
    interview.requisition_id,
    interview.application_id,
    interview.candidate_id,
    interview.interview_id AS about_id,
    CASE need WHEN 'scorecards' THEN interview.unassessed END AS for_ids
FROM interviews_waiting interview
CROSS JOIN LATERAL unnest(interview.needs) AS need
WHERE interview.application_id IN (SELECT application_id FROM running)
"""
