-- Nobody is asked about what happened before there were these policies.
INSERT INTO policy_positions (policy, position)
SELECT
    policy,
    COALESCE((SELECT max(position) FROM events), 0)
FROM unnest(ARRAY['ask-candidates', 'ask-managers']) AS policies (policy);
