"""Guessing passwords is slowed, for names that exist and names that do not alike."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from domain.role import Role
from store import attempts, credentials
from store.attempts import ADDRESS_FREE, LONGEST_WAIT_SECONDS, NAME_FREE, TooManyAttempts
from store.log import Log
from store.system import Hireledger
from tests.api.test_sign_in import PASSWORD, Browser, browser, member, sign_in

__all__ = ["browser"]


@pytest.fixture(autouse=True)
def _nobody_has_guessed_yet(hireledger: Hireledger) -> None:
    """All tests come from one address."""
    forget(hireledger)


def forget(hireledger: Hireledger) -> None:
    with hireledger.database.registry() as connection:
        connection.execute("DELETE FROM sign_in_attempts")


def elapsed(hireledger: Hireledger, seconds: float) -> None:
    """Lets time pass."""
    with hireledger.database.registry() as connection:
        connection.execute(
            "UPDATE sign_in_attempts SET retry_at = retry_at - make_interval(secs => %(s)s),"
            " tried_at = tried_at - make_interval(secs => %(s)s)",
            {"s": seconds},
        )


def waits(hireledger: Hireledger, name: str, tries: int, address: str = "") -> list[int]:
    """How long each of so many failures keeps from the next, when all is waited for."""
    found = []
    for _ in range(tries):
        attempts.begin(hireledger.database, name, address or str(uuid4()))
        try:
            attempts.begin(hireledger.database, name, address or str(uuid4()))
        except TooManyAttempts as refused:
            found.append(int(refused.about["seconds"]))
            elapsed(hireledger, found[-1])
        else:
            found.append(0)
    return found


def test_each_further_failure_doubles_the_wait(hireledger: Hireledger) -> None:
    for _ in range(NAME_FREE):
        attempts.begin(hireledger.database, "grace", str(uuid4()))
    elapsed(hireledger, 1)
    assert waits(hireledger, "grace", 11) == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
    assert LONGEST_WAIT_SECONDS == 900


def test_failures_are_forgotten_after_a_day(hireledger: Hireledger) -> None:
    for _ in range(NAME_FREE):
        attempts.begin(hireledger.database, "grace", str(uuid4()))
    elapsed(hireledger, 25 * 3600)
    assert waits(hireledger, "grace", 1) == [0]


@pytest.mark.parametrize("name", ["grace@example.org", "nobody@example.org"])
def test_the_sixth_guess_must_wait_whoever_it_is_for(
    admin: TestClient, browser: Browser, log: Log, hireledger: Hireledger, name: str
) -> None:
    def guess() -> Any:
        return sign_in(browser(), log, email=name, password="wrong")

    member(admin, browser, Role.RECRUITER, "grace@example.org")
    answers = [guess() for _ in range(NAME_FREE)]
    for _ in range(5):
        elapsed(hireledger, LONGEST_WAIT_SECONDS)
        answers.append(guess())
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    # By now the wait is so long that not even a slow machine sits it out.
    refused = guess()
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 32
    assert sign_in(browser(), log, email=name).status_code == 429


def test_who_knows_the_password_starts_anew(
    admin: TestClient, browser: Browser, log: Log, hireledger: Hireledger
) -> None:
    member(admin, browser, Role.RECRUITER, "grace@example.org")
    for _ in range(NAME_FREE):
        sign_in(browser(), log, password="wrong")
    elapsed(hireledger, 1)
    assert sign_in(browser(), log).status_code == 201
    assert [sign_in(browser(), log, password="wrong").status_code for _ in range(5)] == [401] * 5


def test_many_names_from_one_address_wait_too(hireledger: Hireledger) -> None:
    for _ in range(ADDRESS_FREE):
        attempts.begin(hireledger.database, str(uuid4()), "2001:db8::1")
    with pytest.raises(TooManyAttempts):
        attempts.begin(hireledger.database, str(uuid4()), "2001:db8::2")
    attempts.begin(hireledger.database, str(uuid4()), "2001:db8:1::1")


def test_many_at_once_gain_nothing(hireledger: Hireledger) -> None:
    def guess(_: int) -> str:
        try:
            attempts.begin(hireledger.database, "grace", str(uuid4()))
        except TooManyAttempts:
            return "waits"
        return "tried"

    with ThreadPoolExecutor(16) as pool:
        assert Counter(pool.map(guess, range(40))) == {"tried": NAME_FREE, "waits": 35}


def test_a_name_nobody_has_costs_the_same_work(
    admin: TestClient, browser: Browser, log: Log, monkeypatch: Any
) -> None:
    member(admin, browser, Role.RECRUITER, "grace@example.org")
    verified: list[str | None] = []
    right = credentials.verify

    def counted(password_hash: str | None, password: str) -> bool:
        verified.append(password_hash)
        return right(password_hash, password)

    monkeypatch.setattr(credentials, "verify", counted)
    for email in ("grace@example.org", "nobody@example.org"):
        sign_in(browser(), log, email=email, password="wrong")
    sign_in(browser(), log, organisation="no such organisation")
    assert len(verified) == 3
    assert credentials.hasher.time_cost == 2
    began = time.perf_counter()
    assert not credentials.verify(None, PASSWORD)
    assert time.perf_counter() - began > 0.005
