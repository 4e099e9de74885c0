"""A process to be killed: sends the messages of one organisation, and says so line by line."""

import sys

import app
from policies.mail.handover import Postman
from policies.reactor import Reactor
from policies.sending import SendMessages
from policies.settings import MailSettings
from store import organisations


def main(name: str) -> None:
    system = app.start()
    settings = MailSettings()
    log = system.log(organisations.find(system.database, name))
    reactor = Reactor(log, SendMessages(settings), Postman(settings))
    while True:
        reactor.step()


if __name__ == "__main__":
    main(*sys.argv[1:])
