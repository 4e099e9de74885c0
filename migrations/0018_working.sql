-- Closing a requisition asks who still applies for it; a transfer leads there too.
DROP INDEX events_requisition;
CREATE INDEX events_requisition ON events (((data ->> 'requisition_id')::uuid))
    WHERE type IN (
        'application.applied',
        'application.reengaged',
        'application.assigned_to_requisition',
        'application.transferred'
    );

-- Tags put on people and applications, and taken off; one row each time.
CREATE TABLE tag_changes (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    candidate_id uuid NOT NULL,
    application_id uuid,
    tag text NOT NULL,
    tagged boolean NOT NULL
);
CREATE INDEX tag_changes_tag ON tag_changes (tag);
CREATE INDEX tag_changes_candidate ON tag_changes (candidate_id);

-- What tags and reasons mean; a title is null from when on the code is retired.
CREATE TABLE vocabulary (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    kind text NOT NULL,
    code text NOT NULL,
    title text
);
CREATE INDEX vocabulary_code ON vocabulary (kind, code, occurred_at, origin);

-- Members whom notes ask to look, and when they did.
CREATE TABLE note_mentions (
    position bigint NOT NULL,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    candidate_id uuid NOT NULL,
    application_id uuid,
    author_id uuid NOT NULL,
    member_id uuid NOT NULL,
    PRIMARY KEY (position, member_id)
);
CREATE INDEX note_mentions_member ON note_mentions (member_id, origin);
CREATE TABLE mention_acknowledgements (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    member_id uuid NOT NULL,
    note_position bigint NOT NULL
);
CREATE INDEX mention_acknowledgements_note
    ON mention_acknowledgements (note_position, member_id);

-- References, assessments and background checks; what was said in words stays sealed in the log.
CREATE TABLE check_steps (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    candidate_id uuid NOT NULL,
    application_id uuid NOT NULL,
    step text NOT NULL,
    check_id uuid,
    kind text,
    provider text,
    relationship text,
    outcome text,
    score numeric,
    scale_from numeric,
    scale_to numeric,
    waiting_days int,
    waiver text
);
CREATE INDEX check_steps_application ON check_steps (application_id, occurred_at, origin);

GRANT SELECT, INSERT, UPDATE, DELETE ON
    tag_changes,
    vocabulary,
    note_mentions,
    mention_acknowledgements,
    check_steps
TO :"app";

INSERT INTO policy_positions (policy, position)
VALUES (
    'carry-out-bulk-actions',
    COALESCE((SELECT max(position) FROM events), 0)
);
