-- The log. Positions are given out under the lock of the gate's one row, so they have no gaps
-- and are visible in order.
CREATE TABLE gate (
    id smallint PRIMARY KEY CHECK (id = 1)
);
INSERT INTO gate (id) VALUES (1);

CREATE TABLE events (
    position bigint PRIMARY KEY,
    event_id uuid NOT NULL,
    stream_type text NOT NULL,
    stream_id uuid NOT NULL,
    version int NOT NULL CHECK (version > 0),
    type text NOT NULL,
    schema_version int NOT NULL,
    envelope_version int NOT NULL,
    subject_id uuid,
    occurred_at timestamptz NOT NULL,
    occurred_precision text NOT NULL,
    recorded_at timestamptz NOT NULL,
    actor_type text NOT NULL,
    actor_id uuid NOT NULL,
    on_behalf_of uuid,
    authority text NOT NULL,
    source text NOT NULL,
    command_id uuid NOT NULL,
    command_seq int NOT NULL,
    correlation_id uuid NOT NULL,
    causation_id uuid,
    reason_code text,
    data jsonb NOT NULL,
    sealed jsonb,
    UNIQUE (stream_id, version),
    UNIQUE (command_id, command_seq),
    CHECK (occurred_at <= recorded_at)
);

-- known_at is resolved to a position by this.
CREATE INDEX events_recorded_at ON events (recorded_at, position);

-- Writers find a person by one of their applications without asking a read model.
CREATE INDEX events_application ON events (((data ->> 'application_id')::uuid))
    WHERE type IN ('application.applied', 'application.reengaged');

-- Closing a requisition asks who still applies for it.
CREATE INDEX events_requisition ON events (((data ->> 'requisition_id')::uuid))
    WHERE type IN (
        'application.applied',
        'application.reengaged',
        'application.assigned_to_requisition'
    );

-- Events of an older shape, rewritten in the current one before they are projected.
CREATE TABLE current_shapes (
    position bigint PRIMARY KEY,
    data jsonb NOT NULL
);

-- What projections read: every event in its current shape, without what is sealed.
CREATE VIEW facts AS
SELECT
    e.position,
    e.stream_type,
    e.stream_id,
    e.version,
    e.type,
    e.subject_id,
    e.occurred_at,
    e.recorded_at,
    e.actor_type,
    e.actor_id,
    e.source,
    e.reason_code,
    COALESCE(c.data, e.data) AS data
FROM events e
LEFT JOIN current_shapes c ON c.position = e.position;

-- A keyed fingerprint of a request's body tells a repeat from another use of the same key.
CREATE TABLE request_fingerprints (
    command_id uuid PRIMARY KEY,
    fingerprint bytea NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX request_fingerprints_expiry ON request_fingerprints (expires_at);

-- Data keys, one per person, category and application, wrapped by an epoch key kept elsewhere.
CREATE TABLE vault_keys (
    key_id uuid PRIMARY KEY,
    subject_id uuid NOT NULL,
    category text NOT NULL,
    application_id uuid,
    generation int NOT NULL,
    epoch int NOT NULL,
    wrapped bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX vault_keys_subject ON vault_keys (subject_id, category, application_id);

-- Who looked at whose personal data, and why.
CREATE TABLE access_log (
    access_id uuid PRIMARY KEY,
    accessed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor_id uuid NOT NULL,
    subjects uuid[] NOT NULL,
    categories text[] NOT NULL,
    purpose text NOT NULL,
    request_id uuid NOT NULL
);
CREATE INDEX access_log_subjects ON access_log USING gin (subjects);

CREATE TABLE api_keys (
    key_id uuid PRIMARY KEY,
    secret_hash bytea NOT NULL,
    actor_id uuid NOT NULL,
    role text NOT NULL,
    label text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz,
    revoked_at timestamptz
);

-- Where each read model stands in the log, and what stopped it if it is stopped.
CREATE TABLE read_models (
    name text PRIMARY KEY,
    version int NOT NULL,
    position bigint NOT NULL,
    failed_position bigint,
    failed_type text,
    error text,
    stale_since timestamptz
);

-- Whoever holds this row's lock moves the read models.
CREATE TABLE projector_lease (
    id smallint PRIMARY KEY CHECK (id = 1)
);
INSERT INTO projector_lease (id) VALUES (1);

GRANT SELECT, UPDATE ON gate TO :"app";
GRANT SELECT, INSERT ON events TO :"app";
GRANT SELECT ON facts TO :"app";
GRANT SELECT, INSERT, UPDATE, DELETE ON current_shapes TO :"app";
GRANT SELECT, INSERT, DELETE ON request_fingerprints TO :"app";
GRANT SELECT, INSERT, DELETE ON vault_keys TO :"app";
GRANT SELECT, INSERT ON access_log TO :"app";
GRANT SELECT, INSERT, UPDATE ON api_keys TO :"app";
GRANT SELECT, INSERT, UPDATE ON read_models TO :"app";
GRANT SELECT, UPDATE ON projector_lease TO :"app";
GRANT SELECT ON events TO :"sealer";
