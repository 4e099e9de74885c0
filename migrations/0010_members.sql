-- How members sign in. What they are called and their addresses are sealed in the log; here stand
-- keyed hashes only.
CREATE TABLE credentials (
    member_id uuid PRIMARY KEY,
    sign_in_hash bytea UNIQUE,
    password_hash text,
    oidc_hash bytea UNIQUE
);

-- Links that let someone choose a password, once.
CREATE TABLE invitations (
    token_hash bytea PRIMARY KEY,
    member_id uuid NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX invitations_member ON invitations (member_id);

CREATE TABLE sessions (
    token_hash bytea PRIMARY KEY,
    member_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL
);
CREATE INDEX sessions_member ON sessions (member_id);

-- Keys of old could do everything their role may, for ever.
ALTER TABLE api_keys
    ADD COLUMN scopes text[] NOT NULL DEFAULT '{read,write,personal}',
    ADD COLUMN created_by uuid;
UPDATE api_keys
SET expires_at = clock_timestamp() + interval '1 year'
WHERE expires_at IS NULL;
ALTER TABLE api_keys
    ALTER COLUMN scopes DROP DEFAULT,
    ALTER COLUMN expires_at SET NOT NULL;

-- Who belongs here is asked of the log itself.
CREATE INDEX events_members ON events (stream_id, version) WHERE stream_type = 'member';

-- What an approver has decided stays in their reach.
CREATE INDEX events_approvals ON events (actor_id, stream_id)
    WHERE type IN ('requisition.approved', 'requisition.approval_refused');

-- Interviews as they were arranged.
CREATE TABLE interviews (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    interview_id uuid NOT NULL,
    application_id uuid NOT NULL,
    candidate_id uuid NOT NULL,
    stage text,
    starts_at timestamptz,
    ends_at timestamptz,
    time_zone text,
    interviewer_ids uuid[] NOT NULL
);
CREATE INDEX interviews_interview ON interviews (interview_id, occurred_at, origin);
CREATE INDEX interviews_interviewers ON interviews USING gin (interviewer_ids);

-- That an interview was held, and who assessed it; held by nobody in particular.
CREATE TABLE interview_outcomes (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    interview_id uuid NOT NULL,
    interviewer_id uuid
);
CREATE INDEX interview_outcomes_interview ON interview_outcomes (interview_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON credentials TO :"app";
GRANT SELECT, INSERT, DELETE ON invitations TO :"app";
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions TO :"app";
GRANT SELECT, INSERT, UPDATE, DELETE ON interviews TO :"app";
GRANT SELECT, INSERT, UPDATE, DELETE ON interview_outcomes TO :"app";
