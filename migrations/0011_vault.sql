-- The epochs whose keys wrap the data keys. Rotation deletes an old epoch's row once no key is
-- wrapped by it any more; a key that comes late then fails here and is wrapped anew.
CREATE TABLE vault_epochs (
    epoch int PRIMARY KEY,
    begun_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    announced boolean NOT NULL
);
INSERT INTO vault_epochs (epoch, announced)
SELECT DISTINCT
    epoch,
    true
FROM vault_keys;

-- A restricted key is kept for a legal hold only, and its erasure is due when the hold ends.
ALTER TABLE vault_keys
    ADD COLUMN restricted_at timestamptz,
    ADD CONSTRAINT vault_keys_epoch FOREIGN KEY (epoch) REFERENCES vault_epochs (epoch);
CREATE INDEX vault_keys_epoch ON vault_keys (epoch);
CREATE INDEX vault_keys_restricted ON vault_keys (subject_id) WHERE restricted_at IS NOT NULL;

-- Keyed hashes of the addresses of people who were erased.
CREATE TABLE suppressions (
    hash bytea PRIMARY KEY,
    suppressed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Documents, encrypted; the key of each is sealed in the event that attached it. One that was
-- sent, but never attached, is nobody's and is swept up.
CREATE TABLE documents (
    document_id uuid PRIMARY KEY,
    candidate_id uuid NOT NULL,
    ciphertext bytea NOT NULL,
    attached boolean NOT NULL DEFAULT false,
    sent_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
ALTER TABLE documents ALTER COLUMN ciphertext SET STORAGE EXTERNAL;
CREATE INDEX documents_candidate ON documents (candidate_id);
CREATE INDEX documents_unattached ON documents (sent_at) WHERE NOT attached;

-- Writers find what a legal hold is on without asking a read model.
CREATE INDEX events_hold ON events (((data ->> 'hold_id')::uuid))
    WHERE type IN ('candidate.legal_hold_placed', 'requisition.legal_hold_placed');

-- Legal holds, one row for each step of their lives.
CREATE TABLE legal_hold_steps (
    position bigint PRIMARY KEY,
    origin bigint NOT NULL,
    superseded_at bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    hold_id uuid NOT NULL,
    step text NOT NULL,
    stream_type text NOT NULL,
    stream_id uuid NOT NULL,
    matter text
);
CREATE INDEX legal_hold_steps_hold ON legal_hold_steps (hold_id, occurred_at, origin);

GRANT SELECT ON vault_epochs TO :"app";
GRANT UPDATE (restricted_at) ON vault_keys TO :"app";
GRANT SELECT, INSERT ON suppressions TO :"app";
GRANT SELECT, INSERT, UPDATE (attached), DELETE ON documents TO :"app";
GRANT SELECT, INSERT, UPDATE, DELETE ON legal_hold_steps TO :"app";
