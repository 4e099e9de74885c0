"""A nursery of senders, or runners of another policy, to be killed: whenever one dies the next is
born, and its number told.

The nursery only imports; what a sender opens, it opens itself.
"""

import os
import sys
import time

import app
from policies.catalogue import POLICIES
from policies.mail.handover import Postman
from policies.reactor import Reactor
from policies.settings import MailSettings
from store import organisations


def send(name: str, policy_name: str) -> None:
    """Does what a policy has to do in an organisation until killed."""
    system = app.start()
    settings = MailSettings()
    log = system.log(organisations.find(system.database, name))
    policy = next(policy for policy in POLICIES if policy.name == policy_name)
    postman = Postman(settings) if settings.smtp_url else None
    reactor = Reactor(log, policy(settings), postman)
    while True:
        if not reactor.step():
            time.sleep(0.05)


def main(name: str, policy_name: str) -> None:
    while True:
        child = os.fork()
        if child == 0:
            send(name, policy_name)
        print(child, flush=True)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
