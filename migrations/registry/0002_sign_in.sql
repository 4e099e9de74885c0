-- How often signing in failed, by keyed hashes of the name tried and of where from. All processes
-- share it, whichever organisation was named.
CREATE TABLE sign_in_attempts (
    about_hash bytea PRIMARY KEY,
    failures int NOT NULL,
    tried_at timestamptz NOT NULL,
    retry_at timestamptz NOT NULL
);
CREATE INDEX sign_in_attempts_tried ON sign_in_attempts (tried_at);

-- Sign-ins under way at the identity provider; each may come back once.
CREATE TABLE oidc_requests (
    state_hash bytea PRIMARY KEY,
    organisation_id uuid NOT NULL,
    nonce text NOT NULL,
    code_verifier text NOT NULL,
    expires_at timestamptz NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_attempts TO :"app";
GRANT SELECT, INSERT, DELETE ON oidc_requests TO :"app";
