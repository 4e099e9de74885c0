"""A process to be killed: tells the webhooks of one organisation, as any number of programs may."""

import sys
import time

import app
from policies.webhooks import Caller
from store import organisations, webhooks

if __name__ == "__main__":
    system = app.start()
    organisation = organisations.find(system.database, sys.argv[1])
    caller = Caller(system.log(organisation), to_private=True)
    while True:
        with system.database.transaction(organisation) as connection:
            due = webhooks.due(connection)
        for row in due:
            caller.call(row.webhook_id)
        time.sleep(0.01)
