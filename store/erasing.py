"""What an erasure does beside the log, in the transaction that records it."""

from store.append import RECORDED, Effect

DESTROY_KEYS = Effect(
    "destroyed_keys",
    f"""
DELETE FROM vault_keys
USING jsonb_to_recordset(%(destroyed_keys)s::jsonb) AS incoming(
    command_id uuid,
    event_id uuid,
    key_id uuid
)
WHERE vault_keys.key_id = incoming.key_id
  AND {RECORDED}
""",  # noqa: S608  # composed of constants
)

RESTRICT_KEYS = Effect(
    "restricted_keys",
    f"""
UPDATE vault_keys
SET restricted_at = statement_timestamp()
FROM jsonb_to_recordset(%(restricted_keys)s::jsonb) AS incoming(
    command_id uuid,
    event_id uuid,
    key_id uuid
)
WHERE vault_keys.key_id = incoming.key_id
  AND {RECORDED}
""",  # noqa: S608  # composed of constants
)

DESTROY_DOCUMENTS = Effect(
    "destroyed_documents",
    f"""
DELETE FROM documents
USING jsonb_to_recordset(%(destroyed_documents)s::jsonb) AS incoming(
    command_id uuid,
    event_id uuid,
    document_id uuid
)
WHERE documents.document_id = incoming.document_id
  AND {RECORDED}
""",  # noqa: S608  # composed of constants
)

SUPPRESS = Effect(
    "suppressed",
    f"""
INSERT INTO suppressions (hash)
SELECT decode(incoming.hash, 'hex')
FROM jsonb_to_recordset(%(suppressed)s::jsonb) AS incoming(
    command_id uuid,
    event_id uuid,
    hash text
)
WHERE {RECORDED}
ON CONFLICT DO NOTHING
""",  # noqa: S608  # composed of constants
)

FORGET = f"""
DELETE FROM erased_table
USING jsonb_to_recordset(%(erased_table)s::jsonb) AS incoming(
    command_id uuid,
    event_id uuid,
    candidate_id uuid
)
WHERE erased_table.candidate_id = incoming.candidate_id
  AND {RECORDED}
"""  # noqa: S608  # composed of constants

ERASED_TABLES = ("search_entries",)
"""Tables with a candidate_id, whose rows were made of opened data and go with any of it."""

FORGET_EVERYWHERE = tuple(
    Effect(table, FORGET.replace("erased_table", table)) for table in ERASED_TABLES
)
