"""Rotation: every live key is wrapped by a new epoch, so that the old one can be destroyed.

Deleted keys live on in backups and in the write-ahead log. They are wrapped by an epoch that is
gone then, and nobody opens them again.
"""

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg import sql

from domain.errors import Refusal
from store.database import Connection, Database, Organisation
from store.organisations import all_organisations

BATCH = 20_000
FORMAT = "hireledger-keys/1"
FILE = "hireledger-keys.jsonl"
"""What stands beside a backup."""

NOBODY = UUID(int=0)

BEGIN = """
INSERT INTO vault_epochs (
    epoch,
    announced
)
VALUES (
    %(epoch)s,
    false
)
ON CONFLICT DO NOTHING
"""

EPOCHS = "SELECT epoch FROM vault_epochs ORDER BY epoch"
OLD_EPOCHS = "SELECT epoch FROM vault_epochs WHERE epoch < %(epoch)s ORDER BY epoch"
UNANNOUNCED = "SELECT max(epoch) FROM vault_epochs WHERE NOT announced"
ANNOUNCED = "UPDATE vault_epochs SET announced = true WHERE epoch = %(epoch)s"

OLD_KEYS = """
SELECT
    key_id,
    wrapped
FROM vault_keys
WHERE epoch = %(old)s
  AND key_id > %(after)s
ORDER BY key_id
LIMIT %(limit)s
"""

WRAP_ANEW = """
UPDATE vault_keys
SET
    epoch = %(epoch)s,
    wrapped = anew.wrapped
FROM unnest(%(key_ids)b::uuid[], %(wrapped)b::bytea[]) AS anew(key_id, wrapped)
WHERE vault_keys.key_id = anew.key_id
  AND vault_keys.epoch = %(old)s
"""

# Waits for those who insert a key of this epoch right now, and holds back those who would.
CLOSE = "SELECT epoch FROM vault_epochs WHERE epoch = %(old)s FOR UPDATE"
END = "DELETE FROM vault_epochs WHERE epoch = %(old)s"

STANDING = """
SELECT
    epoch,
    count(key_id),
    count(restricted_at)
FROM vault_epochs
LEFT JOIN vault_keys USING (epoch)
GROUP BY epoch
ORDER BY epoch
"""

LIVE_KEYS = """
SELECT
    key_id,
    wrapped,
    restricted_at IS NOT NULL
FROM vault_keys
WHERE epoch = %(epoch)s
ORDER BY key_id
"""
SUPPRESSIONS = "SELECT hash FROM suppressions ORDER BY hash"

STAGE = """
CREATE TEMPORARY TABLE restored_keys (
    key_id uuid PRIMARY KEY,
    wrapped bytea NOT NULL,
    restricted boolean NOT NULL
) ON COMMIT DROP
"""
FILL = "COPY restored_keys (key_id, wrapped, restricted) FROM STDIN"
DESTROY_ERASED = """
DELETE FROM vault_keys
WHERE NOT EXISTS (SELECT FROM restored_keys WHERE restored_keys.key_id = vault_keys.key_id)
"""
RESTORE = """
UPDATE vault_keys
SET
    epoch = %(epoch)s,
    wrapped = restored_keys.wrapped,
    restricted_at = CASE
        WHEN restored_keys.restricted
        THEN COALESCE(vault_keys.restricted_at, statement_timestamp())
    END
FROM restored_keys
WHERE vault_keys.key_id = restored_keys.key_id
"""
SUPPRESS = "INSERT INTO suppressions (hash) VALUES (%(hash)s) ON CONFLICT DO NOTHING"
ONLY_EPOCH = "DELETE FROM vault_epochs WHERE epoch <> %(epoch)s"


class NoKeysFile(Refusal):
    """{path} is no file of keys that a rotation wrote: {why}."""


@dataclass(frozen=True)
class Restored:
    """What became of one organisation's keys."""

    organisation: str
    keys: int
    destroyed: int


@dataclass(frozen=True)
class Standing:
    """One organisation's keys: how many each epoch wraps, and how many are for legal holds only."""

    organisation: str
    keys: dict[int, int]
    restricted: int


def wrap_anew(
    database: Database,
    organisation: Organisation,
    epoch: int,
    progress: Callable[[int], object] = lambda _: None,
) -> int:
    """Wraps an organisation's keys by an epoch, and ends the older ones. Gives how many it was.

    Killed at any point, it goes on when called again. Others may append and erase meanwhile.
    Raises EpochDestroyed where the key of an older epoch is missing: its keys cannot be saved.
    """
    done = 0
    with database.maintain(organisation) as connection:
        connection.execute(BEGIN, {"epoch": epoch})
        # A table that has just been filled would be taken for empty, and searched row by row.
        connection.execute("ANALYZE vault_keys")
        for (old,) in connection.execute(OLD_EPOCHS, {"epoch": epoch}).fetchall():
            done += _wrap_anew(database, connection, old, epoch, progress)
            with connection.transaction():
                connection.execute(CLOSE, {"old": old})
                done += _wrap_anew(database, connection, old, epoch, progress)
                connection.execute(END, {"old": old})
    return done


def _wrap_anew(
    database: Database,
    connection: Connection,
    old: int,
    epoch: int,
    progress: Callable[[int], object],
) -> int:
    done, after = 0, NOBODY
    while rows := connection.execute(
        OLD_KEYS, {"old": old, "after": after, "limit": BATCH}
    ).fetchall():
        key_ids = [key_id for key_id, _ in rows]
        secrets = database.epoch_keys.unwrap(old, rows)
        wrapped = database.epoch_keys.wrap(epoch, list(zip(key_ids, secrets, strict=True)))
        connection.execute(
            WRAP_ANEW, {"epoch": epoch, "old": old, "key_ids": key_ids, "wrapped": wrapped}
        )
        done, after = done + len(rows), key_ids[-1]
        progress(len(rows))
    return done


def unfinished(database: Database) -> int | None:
    """The epoch of a rotation that was broken off; None if there is none."""
    epochs = database.epoch_keys.epochs()
    if len(epochs) > 1:
        return epochs[-1]
    with database.administer() as connection:
        for organisation in all_organisations(connection):
            _enter(connection, organisation)
            row = connection.execute(UNANNOUNCED).fetchone()
            if row and row[0] is not None:
                return int(row[0])
    return None


def destroy_before(database: Database, epoch: int) -> bool:
    """Destroys the keys of all older epochs, unless an organisation still has keys of one.

    Organisations begin under the same lock, so that none begins in an epoch as it is destroyed.
    """
    with database.administer() as connection:
        for organisation in all_organisations(connection):
            if any(known < epoch for known in epochs_of(connection, organisation)):
                return False
        for old in database.epoch_keys.epochs():
            if old < epoch:
                database.epoch_keys.destroy(old)
    return True


def epochs_of(connection: Connection, organisation: Organisation) -> list[int]:
    """The epochs that an organisation's keys may be of."""
    _enter(connection, organisation)
    return [epoch for (epoch,) in connection.execute(EPOCHS)]


def standing(connection: Connection, organisation: Organisation) -> Standing:
    """How an organisation's keys stand."""
    _enter(connection, organisation)
    rows = connection.execute(STANDING).fetchall()
    return Standing(
        organisation.name,
        keys={epoch: keys for epoch, keys, _ in rows},
        restricted=sum(restricted for _, _, restricted in rows),
    )


def is_announced(database: Database, organisation: Organisation, epoch: int) -> bool:
    """Whether the organisation's log says that it is in this epoch, or always was."""
    with database.administer() as connection:
        _enter(connection, organisation)
        row = connection.execute(UNANNOUNCED).fetchone()
        return not row or row[0] is None or row[0] < epoch


def announced(database: Database, organisation: Organisation, epoch: int) -> None:
    """Notes that the organisation's log says so."""
    with database.maintain(organisation) as connection:
        connection.execute(ANNOUNCED, {"epoch": epoch})


def _enter(connection: Connection, organisation: Organisation) -> None:
    connection.execute(
        sql.SQL("SET LOCAL search_path = {}").format(sql.Identifier(organisation.schema))
    )


def write_beside(
    database: Database, organisations: list[Organisation], epoch: int, directory: Path
) -> Path:
    """Writes the live keys, wrapped by an epoch, to a file beside a backup."""
    path = directory / FILE
    draft = path.with_suffix(f".{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(json.dumps({"format": FORMAT, "epoch": epoch}) + "\n")
        for organisation in organisations:
            for line in _live(database, organisation, epoch):
                file.write(json.dumps({"organisation": str(organisation.id), **line}) + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return path


def _live(
    database: Database, organisation: Organisation, epoch: int
) -> Iterator[dict[str, str | bool]]:
    with database.maintain(organisation) as connection:
        for key_id, wrapped, restricted in connection.execute(LIVE_KEYS, {"epoch": epoch}):
            yield {
                "key": str(key_id),
                "wrapped": b64encode(wrapped).decode(),
                "restricted": restricted,
            }
        for (hash,) in connection.execute(SUPPRESSIONS):
            yield {"suppressed": hash.hex()}


def restore(database: Database, path: Path) -> list[Restored]:
    """Gives a restored backup the keys that were live when the file was written, and only those.

    Raises NoKeysFile.
    """
    epoch, lines = _read(path)
    if epoch not in database.epoch_keys.epochs():
        raise NoKeysFile(path=path, why=f"the key of its epoch, {epoch}, was destroyed since")
    with database.administer() as connection:
        known = all_organisations(connection)
    return [
        _restore(database, organisation, epoch, lines[str(organisation.id)])
        for organisation in known
        if str(organisation.id) in lines
    ]


def _read(path: Path) -> tuple[int, dict[str, list[dict[str, Any]]]]:
    lines: dict[str, list[dict[str, Any]]] = {}
    try:
        with path.open() as file:
            header = json.loads(next(file, "null"))
            if not isinstance(header, dict) or header.get("format") != FORMAT:
                raise NoKeysFile(path=path, why=f"its first line does not say {FORMAT}")
            for line in map(json.loads, file):
                lines.setdefault(line["organisation"], []).append(line)
            return int(header["epoch"]), lines
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoKeysFile(path=path, why=type(error).__name__) from None


def _restore(
    database: Database, organisation: Organisation, epoch: int, lines: list[dict[str, Any]]
) -> Restored:
    with database.maintain(organisation) as connection, connection.transaction():
        connection.execute(BEGIN, {"epoch": epoch})
        connection.execute(STAGE)
        with connection.cursor() as cursor, cursor.copy(FILL) as copy:
            for line in lines:
                if "key" in line:
                    copy.write_row((line["key"], b64decode(line["wrapped"]), line["restricted"]))
        destroyed = connection.execute(DESTROY_ERASED).rowcount
        keys = connection.execute(RESTORE, {"epoch": epoch}).rowcount
        for line in lines:
            if "suppressed" in line:
                connection.execute(SUPPRESS, {"hash": bytes.fromhex(line["suppressed"])})
        connection.execute(ONLY_EPOCH, {"epoch": epoch})
        connection.execute(ANNOUNCED, {"epoch": epoch})
    return Restored(organisation.name, keys, destroyed)
