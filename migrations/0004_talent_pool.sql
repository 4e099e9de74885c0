-- What each pool is called and whether it is archived, one row for each time that was said.
CREATE TABLE pool_details (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    pool_id uuid NOT NULL,
    title text,
    archived boolean NOT NULL
);
CREATE INDEX pool_details_pool ON pool_details (pool_id, occurred_at, origin);

-- Who was in which pool from when on.
CREATE TABLE pool_memberships (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    pool_id uuid NOT NULL,
    candidate_id uuid NOT NULL,
    is_member boolean NOT NULL,
    reason_code text
);
CREATE INDEX pool_memberships_member
    ON pool_memberships (pool_id, candidate_id, occurred_at, origin);
CREATE INDEX pool_memberships_candidate ON pool_memberships (candidate_id);

-- Every contact and what came of it, one row an event.
CREATE TABLE outreach_steps (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    candidate_id uuid NOT NULL,
    touchpoint_id uuid,
    kind text NOT NULL,
    pool_id uuid,
    campaign_id uuid,
    channel text,
    counts boolean NOT NULL
);
CREATE INDEX outreach_steps_candidate ON outreach_steps (candidate_id, occurred_at);
CREATE INDEX outreach_steps_touchpoint ON outreach_steps (touchpoint_id);
CREATE INDEX outreach_steps_contact ON outreach_steps (occurred_at) WHERE kind = 'contacted';

GRANT SELECT, INSERT, UPDATE, DELETE ON pool_details TO :"app";
GRANT SELECT, INSERT, UPDATE, DELETE ON pool_memberships TO :"app";
GRANT SELECT, INSERT, UPDATE, DELETE ON outreach_steps TO :"app";
