-- How far each webhook has been told, and when it is tried next. Which there are, the log says.
CREATE TABLE webhook_progress (
    webhook_id uuid PRIMARY KEY,
    position bigint NOT NULL,
    attempts int NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    failing_since timestamptz,
    last_outcome text,
    last_tried_at timestamptz
);
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_progress TO :"app";
