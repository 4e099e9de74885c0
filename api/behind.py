"""Who works behind the log beside a server: each a thread that starts, stops and can be awaited."""

from projections.follower import Follower, followers
from store.database import Database
from store.ledger.sealer import Sealer


def behind(database: Database) -> tuple[Follower | Sealer, ...]:
    """Those that move the read models, keep people findable, and seal the ledger."""
    return (*followers(database), Sealer(database))
