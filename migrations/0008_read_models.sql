-- What the metrics ask beyond the pipeline. Columns are added empty: each read model's next
-- version is built beside the one that answers, and fills them.
ALTER TABLE application_steps
    ADD COLUMN about uuid,
    ADD COLUMN by_rule boolean,
    ADD COLUMN candidate_origin text,
    ADD COLUMN reengaged boolean;
CREATE INDEX application_steps_reengaged ON application_steps (occurred_at) WHERE reengaged;
CREATE INDEX application_steps_milestone ON application_steps (milestone, occurred_at);

ALTER TABLE requisition_details
    ALTER COLUMN number DROP NOT NULL,
    ALTER COLUMN title DROP NOT NULL,
    ALTER COLUMN plan DROP NOT NULL,
    ADD COLUMN hiring_manager_id uuid,
    ADD COLUMN recruiter_ids uuid[];

-- Whether a requisition was posted on a channel from when on.
CREATE TABLE requisition_postings (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    requisition_id uuid NOT NULL,
    channel text NOT NULL,
    posted boolean NOT NULL
);
CREATE INDEX requisition_postings_requisition
    ON requisition_postings (requisition_id, occurred_at, origin);

CREATE INDEX opening_states_opening ON opening_states (opening_id, occurred_at, origin);
CREATE INDEX opening_states_application ON opening_states (application_id)
    WHERE application_id IS NOT NULL;

-- Ids other systems know people by; a correction replaces one.
ALTER TABLE external_ids
    ADD COLUMN origin bigint,
    ADD COLUMN superseded_at bigint;

-- Who looks after a candidate, or one of their applications, from when on.
CREATE TABLE ownerships (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    candidate_id uuid NOT NULL,
    application_id uuid,
    owner_id uuid
);
CREATE INDEX ownerships_candidate ON ownerships (candidate_id, occurred_at, origin);
CREATE INDEX ownerships_application ON ownerships (application_id, occurred_at, origin)
    WHERE application_id IS NOT NULL;

-- Consents and objections, one row for each time one was given or taken back.
CREATE TABLE contact_permissions (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    candidate_id uuid NOT NULL,
    kind text NOT NULL,
    about text NOT NULL,
    expires_at timestamptz
);
CREATE INDEX contact_permissions_candidate
    ON contact_permissions (candidate_id, occurred_at, origin);
CREATE INDEX pool_memberships_time ON pool_memberships (occurred_at);
CREATE INDEX outreach_steps_response ON outreach_steps (candidate_id, occurred_at)
    WHERE kind IN ('replied', 'clicked', 'attended', 'applied');

-- What people said when asked how it was.
CREATE TABLE survey_answers (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    candidate_id uuid NOT NULL,
    application_id uuid,
    moment text NOT NULL,
    score int NOT NULL
);
CREATE INDEX survey_answers_time ON survey_answers (occurred_at);

-- How people who were hired turned out.
CREATE TABLE hire_outcomes (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    candidate_id uuid NOT NULL,
    application_id uuid NOT NULL,
    day int NOT NULL,
    performance int,
    retained boolean,
    ramp_up int,
    manager_satisfaction int
);
CREATE INDEX hire_outcomes_time ON hire_outcomes (occurred_at);
CREATE INDEX hire_outcomes_application ON hire_outcomes (application_id, day, occurred_at, origin);

-- What recruiting cost.
CREATE TABLE costs (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    cost_id uuid NOT NULL,
    scope text NOT NULL,
    requisition_id uuid,
    source text,
    campaign_id uuid,
    starts_on date,
    ends_on date,
    category text NOT NULL,
    internal boolean NOT NULL,
    comparable boolean NOT NULL,
    amount numeric NOT NULL,
    currency text NOT NULL
);
CREATE INDEX costs_time ON costs (occurred_at);
CREATE INDEX costs_period ON costs (ends_on) WHERE starts_on IS NOT NULL;

-- Which policy each metric was to be computed by from when on.
CREATE TABLE adopted_policies (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    metric text NOT NULL,
    policy text NOT NULL
);
CREATE INDEX adopted_policies_metric ON adopted_policies (metric, occurred_at, origin);

GRANT SELECT, INSERT, UPDATE, DELETE ON
    requisition_postings,
    ownerships,
    contact_permissions,
    survey_answers,
    hire_outcomes,
    costs,
    adopted_policies
TO :"app";

-- How far each application came: a row for each milestone it reached, told again whenever what is
-- known of the application changes it. `undecided` are the times when it was neither further nor
-- decided.
CREATE TABLE application_ways (
    position bigint NOT NULL,
    superseded_at bigint NOT NULL,
    application_id uuid NOT NULL,
    candidate_id uuid NOT NULL,
    milestone text NOT NULL,
    entered_at timestamptz NOT NULL,
    advanced_at timestamptz,
    undecided tstzmultirange NOT NULL,
    applied_at timestamptz,
    source text,
    candidate_origin text,
    PRIMARY KEY (position, application_id, milestone)
);
CREATE INDEX application_ways_application ON application_ways (application_id);
CREATE INDEX application_ways_entered ON application_ways (entered_at, superseded_at);
CREATE INDEX application_ways_applied ON application_ways (applied_at, superseded_at);

-- How long each application stood in each stage it has left, told again likewise.
CREATE TABLE stage_stays (
    position bigint NOT NULL,
    superseded_at bigint NOT NULL,
    application_id uuid NOT NULL,
    candidate_id uuid NOT NULL,
    stage_kind text NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    nth int NOT NULL,
    source text,
    candidate_origin text,
    PRIMARY KEY (position, application_id, nth)
);
CREATE INDEX stage_stays_application ON stage_stays (application_id);
CREATE INDEX stage_stays_ended ON stage_stays (ended_at, superseded_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON application_ways, stage_stays TO :"app";
