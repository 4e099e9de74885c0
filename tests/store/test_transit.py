"""Epoch keys in a transit engine (a stand-in, see transit_stand_in.py)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from commands import keys
from store.epoch_keys import EpochDestroyed, KeysUnavailable
from store.ids import new_id
from store.settings import Settings
from store.system import Hireledger
from store.transit import BATCH, Transit
from tests.store.test_rotation import NAME, ada, begun, installation
from tests.store.test_vault import opened
from tests.store.transit_stand_in import TOKEN, Engine, served


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def transit(engine: Engine) -> Iterator[Transit]:
    with served(engine) as url:
        keys = Transit(url, TOKEN)
        yield keys
        keys.close()


def test_what_an_epoch_wraps_it_unwraps(transit: Transit, engine: Engine) -> None:
    assert transit.epochs() == []
    assert (transit.begin(), transit.begin()) == (1, 2)
    named = [(new_id(), b"secret %d" % number) for number in range(BATCH + 1)]
    wrapped = transit.wrap(2, named)
    again = [(key_id, box) for (key_id, _), box in zip(named, wrapped, strict=True)]
    assert transit.unwrap(2, again) == [secret for _, secret in named]
    assert [asked.split()[1].split("/")[0] for asked in engine.asked[-4:]] == [
        "encrypt", "encrypt", "decrypt", "decrypt",
    ]  # fmt: skip


def test_a_destroyed_epoch_unwraps_nothing(transit: Transit) -> None:
    key_id = new_id()
    [wrapped] = transit.wrap(transit.begin(), [(key_id, b"secret")])
    transit.begin()
    transit.destroy(1)
    assert transit.epochs() == [2]
    with pytest.raises(EpochDestroyed):
        transit.unwrap(1, [(key_id, wrapped)])
    transit.destroy(1)


def test_a_wrapped_key_does_not_stand_for_another(transit: Transit) -> None:
    [wrapped] = transit.wrap(transit.begin(), [(new_id(), b"secret")])
    with pytest.raises(KeysUnavailable, match="could not decrypt"):
        transit.unwrap(1, [(new_id(), wrapped)])


def test_an_engine_that_does_not_answer_is_unavailable(engine: Engine) -> None:
    with served(engine) as url:
        pass
    gone = Transit(url, TOKEN)
    with pytest.raises(KeysUnavailable) as refusal:
        gone.epochs()
    gone.close()
    assert refusal.value.status == 503


def test_a_wrong_token_is_refused_and_not_repeated(engine: Engine) -> None:
    with served(engine) as url:
        wrong = Transit(url, "s.wrong")
        with pytest.raises(KeysUnavailable, match="403") as refusal:
            wrong.begin()
        wrong.close()
    assert "s.wrong" not in str(refusal.value)


def test_an_installation_keeps_its_keys_there_and_rotates_them(
    hireledger: Hireledger, tmp_path: Path, engine: Engine
) -> None:
    with served(engine) as url:
        about = Settings(transit_url=url, transit_token=SecretStr(TOKEN))
        with installation(hireledger, tmp_path / "data", about) as system:
            log = begun(system)
            fact = ada(log)
            assert opened(log, fact) == NAME
            assert keys.rotate(system).epoch == 2
            assert list(engine.keys) == ["hireledger-epoch-2"]
            assert opened(log, fact) == opened(log, ada(log)) == NAME
            assert list((tmp_path / "data" / "keys").glob("epoch-*")) == []
