"""The indexer: follows the log like the projector, but opens who people are, to make them findable.

Its rows, its position and the record of the access commit together. Whoever holds the lease row's
lock works; a killed indexer's lock dies with its connection, and its unfinished batch with it.
"""

import json
import logging
import time
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from domain.candidate import CandidateEntryCorrected
from domain.document import DocumentRead, DocumentRemoved
from domain.event import Category
from projections.catalogue import ALL_READ_MODELS
from projections.engine import (
    ADVANCE,
    BEGIN,
    GO_ON,
    IS_SKIPPED,
    NO_NEED_FOR_DISK,
    STOP,
    Poison,
    Step,
    described,
    head_of,
)
from projections.rebuild import (
    BETWEEN_TRIES_SECONDS,
    CHANGE_OVER_TRIES,
    KEEP_READERS_OUT,
    WAIT_FOR_READERS,
    ReadersInTheWay,
    RebuildStopped,
    take_the_only_turn,
)
from projections.search import KEY_VERSION, READ_MODEL
from projections.search_entries import SAYING, WORDS, entries_of
from projections.search_tokens import Tokeniser
from store import documents
from store.access_log import Access, AccessNotRecorded
from store.database import Connection, Database, Organisation
from store.envelope import Fact
from store.ids import new_id
from store.recorder import fact
from store.search_keys import SearchKeys
from store.vault import CLOSED, SealBroken, Vault

logger = logging.getLogger(__name__)

PURPOSE = "index"
OPENED = (Category.IDENTITY, Category.DOCUMENTS)
BATCH = 20_000
"""Positions looked through for one batch, with one entry in the access log."""
NEARLY_THERE = 2_000
"""Events left to take in when the indexer is stopped for the rest."""
DESTROYING = ("candidate.personal_data_erased", DocumentRemoved.name)
"""Events after which something does not open any more: what was indexed meanwhile goes too."""

GIVE_UP_THE_TURN = "SELECT pg_advisory_unlock_all()"
TAKE_LEASE = "SELECT key_version FROM search_lease WHERE id = 1 FOR UPDATE SKIP LOCKED"
WAIT_FOR_LEASE = "SELECT key_version FROM search_lease WHERE id = 1 FOR UPDATE"
USE_KEY = "UPDATE search_lease SET key_version = %(version)s WHERE id = 1"
STANDING = "SELECT version, position, error IS NOT NULL FROM read_models WHERE name = 'search'"
SWITCH = """
UPDATE read_models
SET version = %(model)s,
    position = %(upto)s,
    failed_position = NULL,
    failed_type = NULL,
    error = NULL,
    stale_since = NULL
WHERE name = 'search'
"""
DELETE_OTHERS = "DELETE FROM search_entries WHERE key_version <> %(version)s"
DELETE_OF = """
DELETE FROM search_entries
WHERE candidate_id = ANY(%(candidates)s)
  AND key_version = %(version)s
"""

SAID = """
SELECT
    position,
    stream_type,
    stream_id,
    version,
    type,
    schema_version,
    subject_id,
    occurred_at,
    reason_code,
    data,
    sealed
FROM events said
WHERE position > %(after)s
  AND position <= %(upto)s
  AND (
    type = ANY(%(saying)s)
    OR type = ANY(%(destroying)s)
    OR (
        type = %(correction)s
        AND EXISTS (
            SELECT
            FROM events corrected
            WHERE corrected.stream_id = said.stream_id
              AND corrected.version = (said.data ->> 'corrects')::int
              AND corrected.type = ANY(%(saying)s)
        )
    )
  )
ORDER BY position
"""

SAID_BY = """
SELECT
    position,
    stream_type,
    stream_id,
    version,
    type,
    schema_version,
    subject_id,
    occurred_at,
    reason_code,
    data,
    sealed
FROM events
WHERE stream_id = ANY(%(candidates)s)
  AND position <= %(upto)s
  AND (type = ANY(%(saying)s) OR type = %(correction)s)
ORDER BY position
"""

KEEP = """
COPY search_entries (
    position,
    field,
    key_version,
    origin,
    superseded_at,
    occurred_at,
    candidate_id,
    tokens
)
FROM STDIN
"""


class KeyDestroyed(Exception):
    """The key the index was made with is gone; the index is built anew."""


class Indexer:
    """Keeps one organisation's search index."""

    def __init__(self, database: Database, organisation: Organisation) -> None:
        self.database = database
        self.organisation = organisation
        self.vault = Vault(database, organisation)
        self.keys = SearchKeys(database.keyring)

    def step(self, limit: int = BATCH) -> Step | None:
        """Takes in the next events, at most `limit`. None where nothing is left, or another works.

        An event that cannot be taken in stops it, and is named in its read model's row. An index
        of another program version, or whose key is gone, is built anew.
        """
        try:
            with self.database.transaction(self.organisation) as connection:
                return self._step(connection, limit)
        except KeyDestroyed:
            logger.warning("%s: building the search index anew", self.organisation.name)
            self.renew()
            return None

    def _step(self, connection: Connection, limit: int) -> Step | None:
        connection.execute(NO_NEED_FOR_DISK)
        lease = connection.execute(TAKE_LEASE).fetchone()
        if lease is None:
            return None
        version = lease[0] or self._begin(connection)
        standing = connection.execute(STANDING).fetchone()
        model, after, stopped = standing or (READ_MODEL.version, 0, False)
        key = self.keys.search_key(version, self.organisation.id)
        if key is None or model != READ_MODEL.version:
            raise KeyDestroyed
        head = head_of(connection)
        if stopped or after >= head:
            return None
        upto = min(after + limit, head)
        self._advance(connection, version, key, after, upto)
        return Step(after, upto, head)

    def _begin(self, connection: Connection) -> int:
        version = self.keys.current_version()
        connection.execute(USE_KEY, {"version": version})
        # All of them: whoever hears that the read side has come somewhere relies on each.
        for model in ALL_READ_MODELS:
            connection.execute(BEGIN, {"name": model.name, "version": model.version})
        return version

    def _advance(
        self, connection: Connection, version: int, key: bytes, after: int, upto: int
    ) -> None:
        if poison := self._take_carefully(connection, version, key, after, upto):
            logger.error("read model search stopped: %s", poison)
            stop = {
                "name": READ_MODEL.name,
                "before": poison.position - 1,
                "failed": poison.position,
                "error": poison.error,
            }
            connection.execute(STOP, stop)
        else:
            connection.execute(ADVANCE, {"name": READ_MODEL.name, "upto": upto})

    def _take_carefully(
        self, connection: Connection, version: int, key: bytes, after: int, upto: int
    ) -> Poison | None:
        """Takes in a range, halving it where it fails, up to the event that stops the index.

        Goes past an event that somebody recorded a reason to skip.
        """
        try:
            with connection.transaction():
                self._take(connection, version, key, after, upto)
            return None
        except (psycopg.OperationalError, AccessNotRecorded):
            raise
        except Exception as error:  # whatever is wrong with an event, it is named
            if upto - after > 1:
                middle = (after + upto) // 2
                return self._take_carefully(
                    connection, version, key, after, middle
                ) or self._take_carefully(connection, version, key, middle, upto)
            parameters = {"name": READ_MODEL.name, "position": upto}
            if connection.execute(IS_SKIPPED, parameters).fetchone():
                return None
            return Poison(upto, _described(error))

    def _take(
        self, connection: Connection, version: int, key: bytes, after: int, upto: int
    ) -> None:
        """Makes the entries of the events in (after, upto].

        A candidate of whom something is corrected, or destroyed, is told anew from the beginning.
        """
        said = self._read(connection, SAID, after=after, upto=upto)
        anew = {fact.originator_id for fact in said if fact.topic not in SAYING}
        if anew:
            candidates = [UUID(str(id)) for id in anew]
            connection.execute(DELETE_OF, {"candidates": candidates, "version": version})
            said = [fact for fact in said if fact.originator_id not in anew]
            said += self._read(connection, SAID_BY, candidates=candidates, upto=upto)
        if not said:
            return
        access = Access(self.organisation.id, PURPOSE, new_id())
        opened = self.vault.open(connection, said, OPENED, access)
        self._add_words(connection, said, opened)
        self._keep(connection, version, Tokeniser(key), zip(said, opened, strict=True))

    def _add_words(
        self, connection: Connection, said: Sequence[Fact], opened: Sequence[dict[str, Any]]
    ) -> None:
        """Adds what documents say to the events that say they were read."""
        read = {
            UUID(told.data["document_id"]): (told, fields)
            for told, fields in zip(said, opened, strict=True)
            if told.topic == DocumentRead.name and fields.get("reading_key") not in (None, *CLOSED)
        }
        kept = documents.readings_of(connection, list(read)) if read else {}
        for id, ciphertext in kept.items():
            told, fields = read[id]
            stored = documents.Encrypted(ciphertext, told.data["sha256"], fields["reading_key"])
            candidate_id = UUID(str(told.originator_id))
            reading = documents.decrypt_reading(self.organisation.id, candidate_id, id, stored)
            fields[WORDS] = json.loads(reading)["text"]

    def _read(self, connection: Connection, query: str, **parameters: Any) -> list[Fact]:
        kinds = {
            "saying": list(SAYING),
            "correction": CandidateEntryCorrected.name,
            "destroying": list(DESTROYING),
        }
        with connection.cursor(row_factory=dict_row) as rows:
            return [fact(row) for row in rows.execute(query.encode(), {**kinds, **parameters})]

    def _keep(
        self,
        connection: Connection,
        version: int,
        tokeniser: Tokeniser,
        said: Iterable[tuple[Fact, dict[str, Any]]],
    ) -> None:
        with connection.cursor() as cursor, cursor.copy(KEEP) as copy:
            for entry in entries_of(said):
                tokens = ",".join(map(str, tokeniser.entry(entry.field, entry.value)))
                # Numbers, ids and names of fields: nothing that COPY would have escaped.
                copy.write(
                    f"{entry.position}\t{entry.field}\t{version}\t{entry.origin}"
                    f"\t{entry.superseded_at}\t{entry.occurred_at.isoformat()}"
                    f"\t{entry.candidate_id}\t{{{tokens}}}\n"
                )

    def go_on(self, name: str = READ_MODEL.name) -> bool:
        """Lets a stopped index try again from where it stands; False if it is not stopped."""
        with self.database.transaction(self.organisation) as connection:
            return connection.execute(GO_ON, {"name": name}).rowcount > 0

    def renew(self, version: int | None = None) -> int:
        """Builds the index anew under another key, beside the one that answers; its key version.

        `version` names a key that is already there; omitted, one is made. Broken off, it begins
        again when run again. Raises RebuildRunning, RebuildStopped, ReadersInTheWay.
        """
        with self.database.maintain(self.organisation) as owner:
            take_the_only_turn(owner, self.organisation)
            try:
                return self._renew(owner, version or self.keys.begin())
            finally:
                # Not only with the connection, whose end the next one might not wait for.
                owner.execute(GIVE_UP_THE_TURN)

    def _renew(self, owner: Connection, version: int) -> int:
        in_force = self._in_force(owner)
        key = self.keys.search_key(version, self.organisation.id)
        if key is None or version == in_force:
            raise ValueError(f"search key {version} is gone or in use")
        self._delete_others(in_force)
        after = 0
        while (head := head_of(owner)) - after > NEARLY_THERE:
            upto = min(after + BATCH, head)
            with self.database.transaction(self.organisation) as connection:
                connection.execute(NO_NEED_FOR_DISK)
                self._build(connection, version, key, after, upto)
            after = upto
        self._change_over(owner, version, key, after)
        self._delete_others(version)
        return version

    def _in_force(self, connection: Connection) -> int:
        row = connection.execute(KEY_VERSION).fetchone()
        return row[0] if row else 0

    def _delete_others(self, version: int) -> None:
        with self.database.transaction(self.organisation) as connection:
            connection.execute(DELETE_OTHERS, {"version": version})

    def _build(
        self, connection: Connection, version: int, key: bytes, after: int, upto: int
    ) -> None:
        if poison := self._take_carefully(connection, version, key, after, upto):
            raise RebuildStopped(f"the search index cannot take in {poison}")

    def _change_over(self, owner: Connection, version: int, key: bytes, after: int) -> None:
        """Takes in the last events and has the new rows answer, once nobody reads by the old key.

        Every reader looks at `read_models` first and holds its lock until done.
        """
        for _ in range(CHANGE_OVER_TRIES):
            try:
                with owner.transaction():
                    owner.execute(WAIT_FOR_LEASE)
                    head = head_of(owner)
                    self._build(owner, version, key, after, head)
                    owner.execute(WAIT_FOR_READERS)
                    owner.execute(KEEP_READERS_OUT)
                    model = {"name": READ_MODEL.name, "version": READ_MODEL.version}
                    owner.execute(BEGIN, model)
                    owner.execute(SWITCH, {"model": READ_MODEL.version, "upto": head})
                    owner.execute(USE_KEY, {"version": version})
                    return
            except psycopg.errors.LockNotAvailable:
                time.sleep(BETWEEN_TRIES_SECONDS)
        raise ReadersInTheWay(ReadersInTheWay.__doc__)


def _described(error: Exception) -> str:
    """An error by its class; in words only where they cannot quote what was opened."""
    told = isinstance(error, psycopg.Error | SealBroken)
    return described(error) if told else type(error).__name__


def renew(database: Database, organisation: Organisation, version: int | None = None) -> int:
    """Builds an organisation's search index anew under another key; its key version."""
    return Indexer(database, organisation).renew(version)


def destroy_unused_keys(database: Database, organisations: Sequence[Organisation]) -> list[int]:
    """Destroys the search keys that none of all these organisations uses; which ones."""
    used = set()
    for organisation in organisations:
        with database.transaction(organisation) as connection:
            row = connection.execute(KEY_VERSION).fetchone()
            used.add(row[0] if row else 0)
    keys = SearchKeys(database.keyring)
    unused = [version for version in keys.versions() if version not in used]
    for version in unused:
        keys.destroy(version)
    return unused
