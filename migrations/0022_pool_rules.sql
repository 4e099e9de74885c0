-- What is known of people's ways so far, one row an event that says something of it.
CREATE TABLE background_steps (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    candidate_id uuid NOT NULL,
    kind text NOT NULL,
    code text,
    about uuid,
    requisition_id uuid,
    stage text,
    status text,
    reason_code text,
    source text,
    region text,
    flag boolean
);
CREATE INDEX background_steps_candidate ON background_steps (candidate_id);
CREATE INDEX background_steps_origin ON background_steps (origin);

-- Where each history stands by now, one row a candidate: what rules and rediscovery look at. Of
-- people with more than one history it is looked up in the steps.
CREATE TABLE backgrounds (
    candidate_id uuid PRIMARY KEY,
    position bigint NOT NULL,
    sources text[] NOT NULL,
    region text,
    tags text[] NOT NULL,
    reached int NOT NULL,
    last_stage text,
    reason_code text,
    applied_at timestamptz,
    contacted_at timestamptz,
    in_process boolean NOT NULL,
    hired boolean NOT NULL,
    erased boolean NOT NULL,
    opted_out boolean NOT NULL,
    pools uuid[] NOT NULL,
    applied_for uuid[] NOT NULL,
    stood text[] NOT NULL
);
CREATE INDEX backgrounds_rank
    ON backgrounds (reached DESC, applied_at DESC NULLS LAST, candidate_id);
CREATE INDEX backgrounds_tags ON backgrounds USING gin (tags)
    WITH (gin_pending_list_limit = 128);
CREATE INDEX backgrounds_pools ON backgrounds USING gin (pools)
    WITH (gin_pending_list_limit = 128);
CREATE INDEX backgrounds_applied_for ON backgrounds USING gin (applied_for)
    WITH (gin_pending_list_limit = 128);
CREATE INDEX backgrounds_stood ON backgrounds USING gin (stood)
    WITH (gin_pending_list_limit = 128);

-- Rules of pools, one row a change; null: by hand from then on.
CREATE TABLE pool_rules (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    pool_id uuid NOT NULL,
    rule jsonb
);
CREATE INDEX pool_rules_pool ON pool_rules (pool_id, position);

-- What was sought for a requisition.
CREATE TABLE rediscoveries (
    position bigint PRIMARY KEY,
    occurred_at timestamptz NOT NULL,
    requisition_id uuid NOT NULL,
    criteria jsonb NOT NULL,
    found int NOT NULL
);
CREATE INDEX rediscoveries_requisition ON rediscoveries (requisition_id, position);

GRANT SELECT, INSERT, UPDATE, DELETE
    ON background_steps, backgrounds, pool_rules, rediscoveries TO :"app";

INSERT INTO policy_positions (policy, position)
SELECT
    'keep-pools',
    COALESCE((SELECT max(position) FROM events), 0);
