"""How a reply sounds, by plain rules that anyone can read; a person corrects what they get wrong.

A word that says no outweighs one that says yes: who is annoyed must not be taken for glad.
"""

import re
from enum import StrEnum

RULES = "words-1"
"""The version of the rules; whoever changes a word raises it."""

NO = frozenset(
    {"not", "no", "stop", "unsubscribe", "remove", "spam", "never", "annoying", "decline"}
    | {"unfortunately", "sorry", "leider", "nicht", "kein", "keine", "nein", "abmelden", "stopp"}
)
YES = frozenset(
    {"yes", "gladly", "interested", "great", "happy", "love", "thanks", "sure", "perfect"}
    | {"ja", "gerne", "interessiert", "super", "freue", "klingt", "passt", "sounds"}
)
LEAVING = frozenset({"stop", "unsubscribe", "remove me", "stopp", "abmelden", "opt out"})
_word = re.compile(r"[^\W\d_]+")
_quoted = re.compile(r"^\s*(>|On .* wrote:|Am .* schrieb|-----)")


class Sentiment(StrEnum):
    """How a reply sounds."""

    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


def own_words(text: str | None) -> str:
    """What they wrote themselves, above what they quote."""
    lines = []
    for line in (text or "").splitlines():
        if _quoted.match(line):
            break
        lines.append(line)
    return "\n".join(lines).strip()


def sentiment(text: str | None) -> Sentiment:
    """How a reply sounds."""
    words = {word.lower() for word in _word.findall(own_words(text))}
    if words & NO:
        return Sentiment.NEGATIVE
    return Sentiment.POSITIVE if words & YES else Sentiment.NEUTRAL


def asks_to_leave(text: str | None) -> bool:
    """Whether the reply is nothing but the wish to hear no more."""
    return " ".join(_word.findall(own_words(text).lower())) in LEAVING
