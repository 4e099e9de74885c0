-- What happened to each application, one row an event. A row with a stage also says where the
-- application stood from then on. `superseded_at` is the position that took the row back.
CREATE TABLE application_steps (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    application_id uuid NOT NULL,
    candidate_id uuid NOT NULL,
    milestone text NOT NULL,
    status text NOT NULL,
    stage text,
    stage_kind text,
    reason_code text,
    source text
);
CREATE INDEX application_steps_application ON application_steps (application_id, occurred_at, origin);
CREATE INDEX application_steps_candidate ON application_steps (candidate_id);

-- Which requisition each application belonged to from when on; null for a general application.
CREATE TABLE application_assignments (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    application_id uuid NOT NULL,
    candidate_id uuid NOT NULL,
    requisition_id uuid
);
CREATE INDEX application_assignments_application
    ON application_assignments (application_id, occurred_at, origin);
CREATE INDEX application_assignments_requisition ON application_assignments (requisition_id, position);

GRANT SELECT, INSERT, UPDATE, DELETE ON application_steps TO :"app";
GRANT SELECT, INSERT, UPDATE, DELETE ON application_assignments TO :"app";
