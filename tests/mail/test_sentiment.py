"""How replies sound, by the words in them."""

import pytest

from policies.mail.sentiment import asks_to_leave, own_words, sentiment


@pytest.mark.parametrize(
    ("text", "sounds"),
    [
        ("Yes, gladly!", "positive"),
        ("Ja, sehr gerne", "positive"),
        ("Thanks, but I am not interested", "negative"),
        ("When would that be?", "neutral"),
        ("Sure.\n\n> We never stop writing", "positive"),
        ("Great\nOn Monday, Acme wrote:\nno", "positive"),
        ("", "neutral"),
        (None, "neutral"),
    ],
)
def test_a_no_outweighs_a_yes_and_what_is_quoted_counts_for_nothing(
    text: str | None, sounds: str
) -> None:
    assert sentiment(text) == sounds


@pytest.mark.parametrize("text", ["Stop", "unsubscribe.\n> hello", "  Remove me!  ", "ABMELDEN"])
def test_nothing_but_the_wish_to_leave_is_that_wish(text: str) -> None:
    assert asks_to_leave(text)


@pytest.mark.parametrize("text", ["Please do not stop", "I would stop by on Monday", None])
def test_a_word_of_it_among_others_is_not(text: str | None) -> None:
    assert not asks_to_leave(text)
    assert own_words("\n") == ""
