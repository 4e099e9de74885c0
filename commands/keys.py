"""Commands about the keys of the whole installation."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from domain.role import Role
from store import rotation
from store.append import AlreadyDone
from store.database import Organisation
from store.envelope import Attribution
from store.ids import derived_id
from store.system import Hireledger


@dataclass(frozen=True)
class Rotated:
    """What a rotation did."""

    epoch: int
    keys: int
    beside: list[str]


def rotate(
    hireledger: Hireledger,
    beside: Sequence[Path] = (),
    progress: Callable[[int], object] = lambda _: None,
) -> Rotated:
    """Wraps every live key by a new epoch, then destroys the old one for good.

    Broken off at any point, it goes on where it was when called again. `beside` are the places of
    backups that are kept; each gets a file with the keys that are still live.
    """
    database = hireledger.database
    epoch = rotation.unfinished(database) or database.epoch_keys.begin()
    keys = 0
    written: list[Path] = []
    destroyed = False
    while not destroyed:
        organisations = hireledger.organisations()
        for organisation in organisations:
            keys += rotation.wrap_anew(database, organisation, epoch, progress)
        written = [rotation.write_beside(database, organisations, epoch, place) for place in beside]
        # An organisation that began meanwhile, in the old epoch, has its turn first.
        destroyed = rotation.destroy_before(database, epoch)
    for organisation in hireledger.organisations():
        _announce(hireledger, organisation, epoch)
    return Rotated(epoch, keys, [str(path) for path in written])


def _announce(hireledger: Hireledger, organisation: Organisation, epoch: int) -> None:
    if rotation.is_announced(hireledger.database, organisation, epoch):
        return
    secret = hireledger.database.keyring.secret("rotation")
    command_id = derived_id(secret, str(organisation.id), str(epoch))
    by = Attribution("system", organisation.id, Role.ADMIN, "cli", command_id=command_id)
    log = hireledger.log(organisation)
    itself = log.organisation_itself()
    itself.rotate_keys(epoch)
    # Done already, if it was broken off between saying so and noting that it was said.
    with suppress(AlreadyDone):
        log.record(itself, by=by)
    rotation.announced(hireledger.database, organisation, epoch)
