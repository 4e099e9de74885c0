-- What webhooks are in force, and how far each has been told; the log says who decided it.
CREATE TABLE webhooks (
    webhook_id uuid PRIMARY KEY,
    label text NOT NULL,
    url text NOT NULL,
    types text[] NOT NULL,
    generation int NOT NULL DEFAULT 1,
    rotated_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    stopped_because text,
    position bigint NOT NULL,
    attempts int NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    failing_since timestamptz,
    last_outcome text,
    last_tried_at timestamptz
);
GRANT SELECT, INSERT, UPDATE, DELETE ON webhooks TO :"app";
