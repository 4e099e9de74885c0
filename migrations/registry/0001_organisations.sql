-- Which organisations there are, and the schema each keeps its log in.
CREATE TABLE organisations (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    schema_name text NOT NULL UNIQUE,
    role_name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
GRANT SELECT ON organisations TO :"app";
GRANT SELECT ON organisations TO :"sealer";
