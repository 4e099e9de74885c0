"""Knocked-out applications, about which a person decides: see projections/knock_outs.py."""

KNOCK_OUTS = """
SELECT
    'knock_out' AS kind,
    NULL::timestamptz AS due_at,
    knock_outs_waiting.since,
    knock_outs_waiting.last_origin AS position,
    running.requisition_id,
    running.application_id,
    running.candidate_id,
    NULL::uuid AS about_id,
    NULL::uuid[] AS for_ids
FROM knock_outs_waiting
JOIN running ON running.application_id = knock_outs_waiting.application_id
"""
