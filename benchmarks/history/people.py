"""People: new ones, and those who have been here before."""

from benchmarks.history.diary import Stream
from benchmarks.history.world import World

REMEMBERED = 3_000
NEVER = 2**62


class Person(Stream):
    """A candidate, and what is planned for them so far."""

    __slots__ = ("busy_until", "consent_until", "known", "member_of", "previous", "reachable")

    def __init__(self, id: str) -> None:
        super().__init__("candidate", id)
        self.known = False
        """Whether they are registered."""
        self.busy_until = 0
        """Until then they are in an application, or something else is planned for them."""
        self.previous = ""
        """Their last application."""
        self.member_of = ""
        """Their talent pool."""
        self.consent_until = 0
        self.reachable = True
        """Whether they may and can be written to, once they consent."""


class Acquaintances:
    """Some of those whose application has ended; a few of them apply again one day."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._people: list[Person] = []

    def remember(self, person: Person) -> None:
        """Keeps somebody in mind, in place of another once there are many."""
        if len(self._people) < REMEMBERED:
            self._people.append(person)
        else:
            self._people[int(self.world.dice.random() * REMEMBERED)] = person

    def back(self, at: int) -> Person | None:
        """Somebody who has nothing else to do with us then; None if chance finds nobody."""
        if not self._people:
            return None
        person = self.world.pick(self._people)
        return person if person.busy_until < at and not person.member_of else None
