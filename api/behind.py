"""Who works behind the log beside a server: each a thread that starts, stops and can be awaited."""

from policies.runner import Reactions
from policies.webhooks import Webhooks
from projections.follower import Follower, followers
from store.ledger.sealer import Sealer
from store.system import Hireledger


def behind(hireledger: Hireledger) -> tuple[Follower | Sealer | Reactions | Webhooks, ...]:
    """Those that move the read models, keep people findable, seal, react, and tell webhooks."""
    database = hireledger.database
    return (*followers(database), Sealer(database), Reactions(hireledger), Webhooks(hireledger))
