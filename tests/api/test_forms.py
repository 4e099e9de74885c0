"""What a form says becomes the body of a command."""

from hypothesis import given
from hypothesis import strategies as st

from web.app.forms import body_of

NAMES = st.lists(st.sampled_from(["a", "b", "0", "1"]), min_size=1, max_size=3).map(".".join)


def test_names_of_fields_lead_into_the_body() -> None:
    said = [
        ("title", "Ada"),
        ("empty", ""),
        ("scopes[]", "read"),
        ("scopes[]", "write"),
        ("rule.tags_any[,]", "python, sql,"),
        ("steps.1.subject", "Again"),
        ("steps.0.subject", "Hello"),
        ("steps.0.approver_ids[]", "1"),
    ]
    assert body_of(said) == {
        "title": "Ada",
        "scopes": ["read", "write"],
        "rule": {"tags_any": ["python", "sql"]},
        "steps": [{"subject": "Hello", "approver_ids": ["1"]}, {"subject": "Again"}],
    }


@given(st.lists(st.tuples(NAMES, st.sampled_from(["", "[]", "[,]"]), st.text(max_size=3))))
def test_fields_that_contradict_each_other_are_no_trouble(said: list[tuple[str, str, str]]) -> None:
    body_of((name + ending, value) for name, ending, value in said)
