-- What else a requisition is about. Columns are added empty: the read model's next version is
-- built beside the one that answers, and fills them.
ALTER TABLE requisition_details
    ADD COLUMN jurisdiction text,
    ADD COLUMN coordinator_ids uuid[],
    ADD COLUMN interviewer_ids uuid[],
    ADD COLUMN budget_amount text,
    ADD COLUMN currency text,
    ADD COLUMN basic_qualifications jsonb,
    ADD COLUMN description text,
    ADD COLUMN plan_template text;

-- What was posted, as it was posted.
ALTER TABLE requisition_postings
    ADD COLUMN posted_text text,
    ADD COLUMN basic_qualifications jsonb;

-- The plans that requisitions copy, one row for each time one was saved or retired.
CREATE TABLE plan_templates (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    template text NOT NULL,
    title text,
    plan jsonb
);
CREATE INDEX plan_templates_template ON plan_templates (template, occurred_at, origin);

-- Who approves what, from when on.
CREATE TABLE approval_chains (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    subject text NOT NULL,
    steps jsonb NOT NULL
);
CREATE INDEX approval_chains_subject ON approval_chains (subject, occurred_at, origin);

-- Every approval asked for, given, or no longer waited for. `about` is a requisition or an offer.
CREATE TABLE approval_milestones (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    subject text NOT NULL,
    about uuid NOT NULL,
    candidate_id uuid,
    application_id uuid,
    offer_version int,
    milestone text NOT NULL,
    steps jsonb
);
CREATE INDEX approval_milestones_about ON approval_milestones (about, origin);

-- What happened to each version of each offer; what answers an offer names no version.
CREATE TABLE offer_milestones (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    candidate_id uuid NOT NULL,
    application_id uuid NOT NULL,
    offer_id uuid NOT NULL,
    offer_version int,
    milestone text NOT NULL,
    reason_code text,
    opening_id uuid,
    currency text,
    start_date date,
    expires_at timestamptz
);
CREATE INDEX offer_milestones_application ON offer_milestones (application_id, origin);

-- What an HR system has to hear of people who were hired, an entry for each position that says it.
CREATE TABLE hire_entries (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    kind text NOT NULL,
    candidate_id uuid NOT NULL,
    application_id uuid,
    requisition_id uuid,
    opening_id uuid,
    start_date date,
    reason_code text,
    entered_in_error boolean NOT NULL
);
CREATE INDEX hire_entries_application ON hire_entries (application_id, position);

GRANT SELECT, INSERT, UPDATE, DELETE ON
    plan_templates,
    approval_chains,
    approval_milestones,
    offer_milestones,
    hire_entries
TO :"app";
