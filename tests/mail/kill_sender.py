"""A nursery of senders to be killed: whenever one dies the next is born, and its number told.

The nursery only imports; what a sender opens, it opens itself.
"""

import os
import sys
import time

import app
from policies.mail.handover import Postman
from policies.reactor import Reactor
from policies.sending import SendMessages
from policies.settings import MailSettings
from store import organisations


def send(name: str) -> None:
    """Sends the messages of an organisation until killed."""
    system = app.start()
    settings = MailSettings()
    log = system.log(organisations.find(system.database, name))
    reactor = Reactor(log, SendMessages(settings), Postman(settings))
    while True:
        if not reactor.step():
            time.sleep(0.05)


def main(name: str) -> None:
    while True:
        child = os.fork()
        if child == 0:
            send(name)
        print(child, flush=True)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
