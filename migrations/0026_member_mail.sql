-- Nobody is written to about what happened before there were these policies.
INSERT INTO policy_positions (policy, position)
SELECT
    policy,
    COALESCE((SELECT max(position) FROM events), 0)
FROM unnest(
    ARRAY['rebuild-read-models', 'verify-ledger', 'ask-to-review', 'ask-to-approve']
) AS policies (policy);
