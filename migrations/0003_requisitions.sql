-- What each requisition is called, one row for each time that was said.
CREATE TABLE requisition_details (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    requisition_id uuid NOT NULL,
    number text NOT NULL,
    title text NOT NULL,
    department text,
    location text,
    level text,
    plan jsonb NOT NULL
);
CREATE INDEX requisition_details_requisition
    ON requisition_details (requisition_id, occurred_at, origin);

-- Where each requisition was in its life from when on.
CREATE TABLE requisition_states (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    requisition_id uuid NOT NULL,
    state text NOT NULL,
    reason_code text
);
CREATE INDEX requisition_states_requisition
    ON requisition_states (requisition_id, occurred_at, origin);

-- What became of each opening from when on.
CREATE TABLE opening_states (
    position bigint NOT NULL,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    opening_id uuid NOT NULL,
    requisition_id uuid NOT NULL,
    state text NOT NULL,
    application_id uuid,
    PRIMARY KEY (position, opening_id)
);
CREATE INDEX opening_states_requisition
    ON opening_states (requisition_id, opening_id, occurred_at, origin);

GRANT SELECT, INSERT, UPDATE, DELETE ON requisition_details TO :"app";
GRANT SELECT, INSERT, UPDATE, DELETE ON requisition_states TO :"app";
GRANT SELECT, INSERT, UPDATE, DELETE ON opening_states TO :"app";
