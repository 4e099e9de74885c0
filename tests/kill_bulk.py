"""A process to be killed: carries out the bulk actions of one organisation."""

import sys

import app
from policies.bulk_actions import CarryOutBulkActions
from policies.reactor import Reactor
from policies.settings import MailSettings
from store import organisations


def main(name: str) -> None:
    system = app.start()
    log = system.log(organisations.find(system.database, name))
    reactor = Reactor(log, CarryOutBulkActions(MailSettings()))
    while True:
        reactor.step()


if __name__ == "__main__":
    main(*sys.argv[1:])
