-- What has happened is not rewritten, not even by the tables' owner. A superuser can switch this
-- off; that it was done shows in the sealed ledger below.
CREATE FUNCTION refuse_rewriting() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
ALTER TABLE events ENABLE ALWAYS TRIGGER append_only;

CREATE TRIGGER append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON access_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
ALTER TABLE access_log ENABLE ALWAYS TRIGGER append_only;

-- The ledger's trees: of the log, of the access log, and of the heads of the streams. Whoever
-- holds a row's lock seals that tree; a refusal says why it is not sealed any further.
CREATE TABLE ledger_trees (
    tree text PRIMARY KEY,
    refused_at timestamptz,
    refusal text
);
INSERT INTO ledger_trees (tree) VALUES ('log'), ('access');

-- The hashes of each tree, 256 a row (C2SP tlog-tiles). An entry of a level is the root of a full
-- row of the level below. They do not compress.
CREATE TABLE ledger_tiles (
    tree text NOT NULL,
    level smallint NOT NULL,
    index bigint NOT NULL,
    hashes bytea NOT NULL,
    PRIMARY KEY (tree, level, index)
);
ALTER TABLE ledger_tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;

-- The version each stream has come to, in 4,096 buckets by the hash of its id.
CREATE TABLE ledger_buckets (
    bucket smallint PRIMARY KEY,
    heads bytea NOT NULL
);
ALTER TABLE ledger_buckets ALTER COLUMN heads SET STORAGE EXTERNAL;

-- What was signed (C2SP tlog-checkpoint).
CREATE TABLE ledger_checkpoints (
    tree text NOT NULL,
    size bigint NOT NULL,
    note text NOT NULL,
    PRIMARY KEY (tree, size)
);
CREATE TRIGGER append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
ALTER TABLE ledger_checkpoints ENABLE ALWAYS TRIGGER append_only;

-- Looking at people is not serialised, so it waits here for its place in the tree.
CREATE TABLE access_unsealed (
    access_id uuid PRIMARY KEY
);
INSERT INTO access_unsealed (access_id) SELECT access_id FROM access_log;

CREATE TABLE access_entries (
    index bigint PRIMARY KEY,
    access_id uuid NOT NULL UNIQUE
);
CREATE TRIGGER append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON access_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
ALTER TABLE access_entries ENABLE ALWAYS TRIGGER append_only;

GRANT SELECT ON
    ledger_trees,
    ledger_tiles,
    ledger_buckets,
    ledger_checkpoints,
    access_entries
TO :"app";
GRANT SELECT, INSERT ON access_unsealed TO :"app";

GRANT SELECT ON access_log TO :"sealer";
GRANT SELECT, UPDATE ON ledger_trees TO :"sealer";
GRANT SELECT, INSERT, UPDATE ON ledger_tiles, ledger_buckets TO :"sealer";
GRANT SELECT, INSERT ON ledger_checkpoints, access_entries TO :"sealer";
GRANT SELECT, DELETE ON access_unsealed TO :"sealer";
