"""Whoever a search finds, as of any time and as known at any place, is whom plain text finds."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app import Hireledger
from commands import documents
from domain.candidate import Candidate
from domain.errors import Refusal
from domain.event import utc_text
from projections.asked import Asked
from projections.indexer import Indexer, renew
from projections.search import Search
from store import organisations
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log
from store.search_keys import SearchKeys
from tests.examples import day
from tests.projections.test_against_a_plain_fold import EXAMPLES
from tests.projections.test_search import rows

# What is said, and what it is found by: written out by hand, not computed by what is tested.
NAMES = {
    "Ada Lovelace": ["ada", "lovelace"],
    "Adam Long": ["adam", "long"],
    "Anna-Lena O'Brien": ["anna", "lena", "annalena", "brien", "obrien"],
    "José Núñez": ["jose", "nunez"],
    "Jürgen Weiß": ["jurgen", "juergen", "weiss"],
    "Long Ada": ["long", "ada"],
}
WORDS = {
    "Lena am Long Way": ["lena", "am", "long", "way"],
    "COBOL / Ada-Compiler": ["cobol", "ada", "compiler", "adacompiler"],
    "-": [],
}
ADDRESSES = {
    "ada.long@example.org": ["ada", "long"],
    "Lena@Obrien.example": ["lena"],
}
DOMAINS = {"ada.long@example.org": ["example", "org"], "Lena@Obrien.example": ["obrien", "example"]}
NUMBERS = {"+49 (0)30 1234567": "49301234567", "030 1234567": "301234567", "555-0199": "5550199"}
SAID: dict[str, list[str]] = {
    "full_name": list(NAMES),
    "location": list(WORDS),
    "summary": list(WORDS),
    "email": list(ADDRESSES),
    "phone": list(NUMBERS),
}
PLAIN = NAMES | WORDS | ADDRESSES
# What documents and confirmed résumés say is found by whole words, or by four letters or more.
DOCUMENTS = {
    "Ada compiles Go\nin Longyearbyen": ["ada", "compiles", "go", "in", "longyearbyen"],
    "Dear Jürgen, my example": ["dear", "jurgen", "juergen", "my", "example"],
}
RESUMES = {
    '{"meta":{"version":"annals"},"work":[{"name":"Longevity"},{"name":"Ada & Co"}]}': [
        "longevity",
        "ada",
        "co",
    ],
    '{"skills":[{"name":"Compilers"}]}': ["compilers"],
}
LONG_WORDS = DOCUMENTS | RESUMES
QUERIES = [
    "ad",
    "ada",
    "adam",
    "lo",
    "ada long",
    "lena obr",
    "annal",
    "o'brien",
    "nuñ",
    "juerg weiss",
    "Jürgen",
    "ex",
    "example",
    "comp",
    "ada.long@EXAMPLE.org",
    "@obrien.example",
    "1234567",
    "+49 30 1234567",
    "0049 30 1234567 ad",
    "5550199",
    "go",
    "long",
    "longy",
    "go compil",
    "dear ada",
    "annals",
    "in",
]
LINKS = ["1", "2"]

values = {name: st.sampled_from(said) for name, said in SAID.items()}
profiles = st.fixed_dictionaries({}, optional=values).filter(bool)
moments = st.integers(0, 20).map(day)
corrections = st.one_of(
    st.sampled_from(sorted(SAID)).flatmap(
        lambda name: st.tuples(st.just(name), st.one_of(st.none(), values[name]))
    ),
    st.tuples(st.just("occurred_at"), moments.map(utc_text)),
    st.tuples(st.just("external_id"), st.sampled_from(LINKS)),
    st.tuples(st.just("system"), st.sampled_from(["greenhouse", "lever"])),
)
updates = st.fixed_dictionaries(
    {}, optional=values | {"resume": st.sampled_from(list(RESUMES))}
).filter(bool)
steps = st.one_of(
    st.tuples(st.just("update"), updates, moments),
    st.tuples(st.just("read"), st.sampled_from(list(DOCUMENTS))),
    st.tuples(st.just("remove"), st.integers(0, 2)),
    st.tuples(st.just("link"), st.sampled_from(LINKS), moments),
    st.tuples(st.just("correct"), st.integers(1, 6), corrections),
)
lives = st.lists(st.tuples(profiles, moments, st.lists(steps, max_size=6)), min_size=1, max_size=4)
splits = st.lists(st.integers(1, 9), min_size=1)
questions = st.lists(
    st.tuples(st.sampled_from(QUERIES), st.one_of(st.none(), moments), st.floats(0, 1)),
    min_size=10,
    max_size=20,
)
rich = settings(
    max_examples=EXAMPLES * 2,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


@dataclass
class Said:
    """An event of a candidate, as plain as it was said."""

    position: int
    kind: str
    occurred_at: datetime | None = None
    says: dict[str, str] = field(default_factory=dict)
    corrects: int = 0
    correction: tuple[str, Any] = ("", None)


Lives = dict[UUID, list[Said]]


@pytest.fixture(scope="module")
def log(hireledger: Hireledger) -> Log:
    """One log for all lives: each is somebody else's."""
    return hireledger.log(organisations.create(hireledger.database, f"search {new_id()}"))


def live(log: Log, people: list[Any]) -> Lives:
    """Lets these lives happen, each event recorded by itself, the lives in turns.

    Ids of other systems carry a mark of this example, for all share a log.
    """
    lives: Lives = {}
    mark = new_id().hex
    for profile, moment, _ in people:
        candidate = Candidate.begin(new_id()).at(moment)
        candidate.register(**profile)
        said = Said(record(log, candidate), "profile", moment, dict(profile))
        lives[candidate.id] = [said]
    for number in range(6):
        for id, (*_, todo) in zip(list(lives), people, strict=True):
            if number < len(todo):
                lives[id] += take(log, log.candidate(id), todo[number], mark)
    return lives


def take(log: Log, candidate: Candidate, step: Any, mark: str) -> Iterator[Said]:
    match step:
        case ("update", profile, moment):
            candidate.at(moment).update_profile(**profile)
            yield Said(record(log, candidate), "profile", moment, dict(profile))
        case ("link", id, moment):
            says = {"system": "greenhouse", "external_id": f"{mark}-{id}"}
            candidate.at(moment).link_external_id(**says)
            yield Said(record(log, candidate), "link", moment, says)
        case ("read", text):
            yield from hand_in(log, candidate, text)
        case ("remove", number):
            kept = list(candidate.documents)
            if number < len(kept):
                index(log, [1000])
                at = documents.remove(log, by(), kept[number], "wrong_person").position
                yield Said(at, "removal", day(400), {"document": str(kept[number])})
        case ("correct", version, (name, value)):
            value = f"{mark}-{value}" if name == "external_id" else value
            try:
                candidate.correct_entry(version, name, value, "entered_wrong")
            except Refusal:
                return
            at = record(log, candidate)
            yield Said(at, "correction", corrects=version, correction=(name, value))


def hand_in(log: Log, candidate: Candidate, text: str) -> Iterator[Said]:
    """A document that is read at once; both happen when they are recorded."""
    attached = documents.attach(
        log,
        by(),
        candidate.id,
        text.encode(),
        filename="a.txt",
        kind="resume",
        media_type="text/plain",
    )
    id = UUID(attached.facts[0].data["document_id"])
    read = documents.note_reading(log, by(), id, json.dumps({"text": text}).encode())
    yield Said(attached.position, "attachment", day(400))
    yield Said(read.position, "reading", day(400), {f"document:{id}": text})


def record(log: Log, candidate: Candidate) -> int:
    return log.record(candidate, by=by()).position


def by() -> Attribution:
    return Attribution("person", new_id(), "recruiter", "api")


def known(history: list[Said], asked: Asked) -> list[Said]:
    """The events as they are told by then, in the order of the world."""
    told: dict[int, Said] = {}
    for version, said in enumerate(history, start=1):
        if said.position > asked.log_position:
            continue
        if said.kind != "correction":
            told[version] = Said(said.position, said.kind, said.occurred_at, dict(said.says))
            continue
        name, value = said.correction
        if name == "occurred_at":
            told[said.corrects].occurred_at = datetime.fromisoformat(value)
        elif value is None:
            told[said.corrects].says.pop(name, None)
        else:
            told[said.corrects].says[name] = value
    limit = asked.parameters["t"]
    happened = [said for said in told.values() if said.occurred_at <= limit]  # type: ignore[operator]
    return sorted(happened, key=lambda said: (said.occurred_at, said.position))


def found_plainly(lives: Lives, asked: Asked, query: str) -> list[UUID]:
    people = []
    for id, history in lives.items():
        profile: dict[str, str] = {}
        for said in known(history, asked):
            if said.kind in ("profile", "reading"):
                profile |= said.says
        # What was destroyed is not found, as known at any time.
        for said in history:
            if said.kind == "removal":
                profile.pop(f"document:{said.says['document']}", None)
        if all(any(matches(n, v, word) for n, v in profile.items()) for word in words_of(query)):
            people.append(id)
    return sorted(people)


def words_of(query: str) -> list[str]:
    number = re.search(r"[+\d][\d ]{6,}", query)
    if number is None:
        return query.split()
    return [number[0].replace(" ", ""), *query.replace(number[0], "").split()]


def matches(name: str, value: str, word: str) -> bool:
    if re.fullmatch(r"\+?\d+", word):
        return name == "phone" and same_number(NUMBERS[value], word.lstrip("+0"))
    if name == "phone":
        return False
    if word.startswith("@"):
        return name == "email" and value.lower().endswith(word)
    if "@" in word:
        return name == "email" and value.lower() == word.lower()
    sought = word.lower().replace("'", "").replace("ñ", "n").replace("ü", "u")
    if value in LONG_WORDS:
        return any(
            known.startswith(sought) and (len(sought) >= 4 or known == sought)
            for known in LONG_WORDS[value]
        )
    begins = any(known.startswith(sought) for known in PLAIN[value])
    return begins or (name == "email" and sought in DOMAINS[value])


def same_number(one: str, other: str) -> bool:
    return one.endswith(other) or other.endswith(one)


def linked_plainly(lives: Lives, asked: Asked, system: str, external_id: str) -> UUID | None:
    linked = [
        (said.position, id)
        for id, history in lives.items()
        for said in known(history, asked)
        if said.kind == "link" and said.says == {"system": system, "external_id": external_id}
    ]
    return max(linked)[1] if linked else None


def index(log: Log, split: list[int]) -> None:
    indexer, batches = Indexer(log.database, log.organisation), 0
    while indexer.step(split[batches % len(split)]):
        batches += 1


@rich
@given(people=lives, split=splits, asks=questions)
def test_a_search_finds_whom_plain_text_finds(
    log: Log, people: list[Any], split: list[int], asks: list[tuple[str, datetime | None, float]]
) -> None:
    lives = live(log, people)
    index(log, split)
    first = min(history[0].position for history in lives.values())
    last = max(said.position for history in lives.values() for said in history)
    with log.database.transaction(log.organisation) as connection:
        search = Search(connection, SearchKeys(log.database.keyring), log.organisation)
        for query, t, share in asks:
            asked = Asked(as_of=t, log_position=first + round(share * (last - first)))
            found = search.people(asked, query, candidate_ids=list(lives))
            assert found == found_plainly(lives, asked, query), (query, asked)
            for external_id in {id for history in lives.values() for id in links_in(history)}:
                for system in ("greenhouse", "lever"):
                    expected = linked_plainly(lives, asked, system, external_id)
                    assert search.known_as(asked, system, external_id) == expected


def links_in(history: list[Said]) -> Iterator[str]:
    for said in history:
        if said.kind == "link":
            yield said.says["external_id"]
        elif said.correction[0] == "external_id":
            yield said.correction[1]


@settings(rich, max_examples=EXAMPLES)
@given(people=lives, split=splits)
def test_any_split_into_batches_gives_the_entries_of_an_index_made_anew(
    log: Log, people: list[Any], split: list[int]
) -> None:
    live(log, people)
    index(log, split)
    before = rows(log)
    renew(log.database, log.organisation)
    assert rows(log) == before
