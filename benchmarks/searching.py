"""Search over sealed profiles, beside PostgreSQL's own word search over the same in the clear."""

import hashlib
import hmac
import random
import re
import statistics
import time
from collections.abc import Callable, Iterator
from uuid import UUID

from psycopg import sql
from rich.console import Console

from benchmarks.measure import Line
from domain.candidate import Candidate
from projections.asked import Asked, resolve
from projections.indexer import Indexer
from projections.search import READ_MODEL, Search
from projections.search_tokens import Tokeniser, texts_of
from store import organisations
from store.database import Connection
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log
from store.search_keys import SearchKeys
from store.system import Hireledger

CANDIDATES = 120_000
AT_ONCE = 1_000
TOKENISED = 5_000
ROUNDS = 40
SYLLABLES = re.findall("..", "anbecadaelfigohailjokaluminaorperasitoulviwaxeyazo")
TOWNS = ("Berlin", "Hamburg", "Köln", "München", "Leipzig", "Dresden", "Bonn", "Mainz")

PLAIN_TABLE = """
CREATE TABLE plain_profiles (
    candidate_id uuid PRIMARY KEY,
    words tsvector NOT NULL
)
"""
PLAIN_INDEX = "CREATE INDEX ON plain_profiles USING gin (words) WITH (fastupdate = off)"
PLAIN_COPY = "COPY plain_profiles (candidate_id, words) FROM STDIN"
PLAIN_FIND = """
SELECT candidate_id
FROM plain_profiles
WHERE words @@ to_tsquery('simple', %(query)s)
ORDER BY candidate_id
LIMIT 50
"""

Profile = dict[str, str]


def people(count: int) -> Iterator[tuple[UUID, Profile]]:
    """People with names as frequent as names are: a few very common, most rare."""
    chance = random.Random(4)
    for _ in range(count):
        first, last = (_name(chance) for _ in range(2))
        yield (
            new_id(),
            {
                "full_name": f"{first} {last}",
                "email": f"{first}.{last}@mail{chance.randrange(50)}.example",
                "phone": f"+49 {chance.randrange(10**9, 10**10)}",
                "location": chance.choice(TOWNS),
            },
        )


def _name(chance: random.Random) -> str:
    return "".join(
        SYLLABLES[int(len(SYLLABLES) * chance.random() ** 2)] for _ in range(chance.choice((2, 3)))
    ).title()


def searching(hireledger: Hireledger, talk: Console, count: int = CANDIDATES) -> Iterator[Line]:
    """How fast people become findable, and how fast they are found."""
    log = hireledger.log(organisations.create(hireledger.database, "searched"))
    known = list(people(count))
    yield tokenising([profile for _, profile in known[:TOKENISED]])
    talk.print(f"registering {count:,} people …")
    for at in range(0, count, AT_ONCE):
        _register(log, known[at : at + AT_ONCE])
    talk.print("indexing …")
    yield Line(
        f"indexing for search, opening included, {count:,} candidates",
        count / _spent(lambda: _index(log)),
        count / _spent(lambda: _index_plainly(log, known)),
        "candidates/s",
        "tsvector of the same in the clear, COPY",
    )
    yield from finding(log, known)


def tokenising(profiles: list[Profile]) -> Line:
    """Tokens of profiles by one thread of Python, beside HMAC-SHA-256 of the same texts."""
    tokeniser, key = Tokeniser(bytes(32)), bytes(32)

    def ours() -> None:
        for profile in profiles:
            for name, value in profile.items():
                tokeniser.entry(name, value)

    def reference() -> None:
        for profile in profiles:
            for name, value in profile.items():
                for text in texts_of(name, value):
                    hmac.digest(key, text.encode(), hashlib.sha256)

    return Line(
        "search tokens",
        len(profiles) / _spent(ours),
        len(profiles) / _spent(reference),
        "candidates/s",
        "HMAC-SHA-256 of the same texts",
    )


def _register(log: Log, some: list[tuple[UUID, Profile]]) -> None:
    candidates = []
    for id, profile in some:
        candidate = Candidate.begin(id)
        candidate.register(**profile)
        candidates.append(candidate)
    log.save(*candidates, by=Attribution("person", new_id(), "recruiter", "api"))


def _index(log: Log) -> None:
    indexer = Indexer(log.database, log.organisation)
    while indexer.step():
        pass


def _index_plainly(log: Log, known: list[tuple[UUID, Profile]]) -> None:
    with log.database.maintain(log.organisation) as connection:
        connection.execute(PLAIN_TABLE)
        connection.execute(PLAIN_INDEX)
        connection.execute(
            sql.SQL("GRANT SELECT ON plain_profiles TO {}").format(
                sql.Identifier(log.organisation.role)
            )
        )
        with connection.cursor() as cursor, cursor.copy(PLAIN_COPY) as copy:
            for id, profile in known:
                words = " ".join(profile.values()).lower().replace("@", " ").replace(".", " ")
                copy.write_row((id, words))


def finding(log: Log, known: list[tuple[UUID, Profile]]) -> Iterator[Line]:
    """What people type: a whole name, a few letters, an e-mail address."""
    chance = random.Random(5)
    names = [chance.choice(known)[1]["full_name"].lower().split() for _ in range(ROUNDS)]
    with log.database.maintain(log.organisation) as owner:
        owner.execute("VACUUM ANALYZE search_entries")
        owner.execute("VACUUM ANALYZE plain_profiles")
    for what, typed in (
        ("first and last name", [(" ".join(n), " & ".join(n)) for n in names]),
        ("six letters of a last name", [(n[1][:6], f"{n[1][:6]}:*") for n in names]),
        ("two letters and a town", [(f"{n[0][:2]} bonn", f"{n[0][:2]}:* & bonn") for n in names]),
    ):
        with log.database.transaction(log.organisation) as connection:
            asked = resolve(connection, (READ_MODEL,))
            search = Search(connection, SearchKeys(log.database.keyring), log.organisation)
            pairs = [_compared(connection, search, asked, *both) for both in typed]
        yield Line(
            f"search of {len(known):,} candidates: {what}",
            statistics.median(ours for ours, _ in pairs) * 1000,
            statistics.median(reference for _, reference in pairs) * 1000,
            "ms, median",
            "tsvector of the same in the clear",
            less_is_better=True,
        )


def _compared(
    connection: Connection, search: Search, asked: Asked, words: str, query: str
) -> tuple[float, float]:
    return (
        _spent(lambda: search.people(asked, words, limit=50)),
        _spent(lambda: connection.execute(PLAIN_FIND, {"query": query}).fetchall()),
    )


def _spent(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
