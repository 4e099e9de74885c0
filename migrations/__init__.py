"""Plain SQL, one file a step. `registry/` is the installation's own schema; the rest is every organisation's."""
