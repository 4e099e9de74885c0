-- What was found in a document, encrypted under a key of its own that the event of the reading
-- seals. It is kept in the document's row, so that whatever destroys the one destroys the other.
ALTER TABLE documents ADD COLUMN reading bytea;
ALTER TABLE documents ALTER COLUMN reading SET STORAGE EXTERNAL;

-- What became of each document, one row a step.
CREATE TABLE document_steps (
    position bigint NOT NULL,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    candidate_id uuid NOT NULL,
    document_id uuid NOT NULL,
    application_id uuid,
    step text NOT NULL,
    kind text,
    outcome text,
    reason_code text,
    format text,
    pages bigint,
    characters bigint,
    truncated boolean,
    has_macros boolean,
    suggests boolean,
    PRIMARY KEY (position, document_id)
);
CREATE INDEX document_steps_document ON document_steps (document_id);
CREATE INDEX document_steps_candidate ON document_steps (candidate_id);
CREATE INDEX document_steps_suggesting ON document_steps (document_id) WHERE suggests;

GRANT UPDATE (reading) ON documents TO :"app";
GRANT SELECT, INSERT, UPDATE, DELETE ON document_steps TO :"app";

-- Documents that came before are read by people.
INSERT INTO policy_positions (policy, position)
SELECT
    'read-documents',
    COALESCE((SELECT max(position) FROM events), 0);
