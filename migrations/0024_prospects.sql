-- What people did before these policies is none of their business.
INSERT INTO policy_positions (policy, position)
SELECT
    policy,
    COALESCE((SELECT max(position) FROM events), 0)
FROM unnest(ARRAY['renew-consents', 'ask-for-consent']) AS policies (policy);
