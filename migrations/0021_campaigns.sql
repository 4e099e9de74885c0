-- Whose way through a sequence or campaign it is, and whose step, without asking a read model:
-- steps are sent, and answers and links found, by these.
CREATE INDEX events_enrolment ON events (((data ->> 'enrolment_id')::uuid))
    WHERE type = 'enrolment.begun';
CREATE INDEX events_enrolled ON events (((data ->> 'campaign_id')::uuid))
    WHERE type = 'enrolment.begun';
CREATE INDEX events_planned_step ON events (((data ->> 'touchpoint_id')::uuid))
    WHERE type = 'enrolment.step_planned';
-- Who was ever put into a pool: the audience of a campaign is found among them.
CREATE INDEX events_pool_member ON events (((data ->> 'pool_id')::uuid))
    WHERE type = 'pool.member_added';

-- What was said of each sequence or campaign itself, one row an event.
CREATE TABLE campaign_steps (
    position bigint PRIMARY KEY,
    occurred_at timestamptz NOT NULL,
    campaign_id uuid NOT NULL,
    kind text NOT NULL,
    said jsonb NOT NULL
);
CREATE INDEX campaign_steps_campaign ON campaign_steps (campaign_id, position);

-- How far each enrolment has come, one row an event.
CREATE TABLE enrolment_steps (
    position bigint PRIMARY KEY,
    occurred_at timestamptz NOT NULL,
    candidate_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    enrolment_id uuid NOT NULL,
    kind text NOT NULL,
    step int,
    touchpoint_id uuid,
    due_at timestamptz,
    code text
);
CREATE INDEX enrolment_steps_campaign ON enrolment_steps (campaign_id, enrolment_id, position);
CREATE INDEX enrolment_steps_candidate ON enrolment_steps (candidate_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON campaign_steps, enrolment_steps TO :"app";

-- Campaigns begin with these policies; nothing before concerns them.
INSERT INTO policy_positions (policy, position)
SELECT
    policy,
    COALESCE((SELECT max(position) FROM events), 0)
FROM unnest(ARRAY['enrol-audiences', 'nurture', 'confirm-deliveries']) AS policies (policy);
