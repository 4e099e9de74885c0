"""JSON Resume (jsonresume.org, schema 1.0.0): résumés that say themselves what is what."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from reading.found import Found
from reading.limits import RESUME_CHARACTERS
from reading.unreadable import CORRUPT, INVALID, TOO_LARGE, Unreadable

SCHEMA = "https://raw.githubusercontent.com/jsonresume/resume-schema/v1.0.0/schema.json"
SIMPLE = {"full_name": "name", "email": "email", "phone": "phone"}
"""Fields of a profile, and what a résumé calls them in its `basics`."""
_unstorable = re.compile("[\x00\ud800-\udfff]")
NOT_WORDS = frozenset({"$schema", "meta", "image"})


def read(content: bytes) -> Found:
    """A JSON Resume, as it is and in words. Raises Unreadable."""
    try:
        resume = json.loads(content)
    except (ValueError, RecursionError):
        raise Unreadable(CORRUPT) from None
    if len(as_text(resume)) > RESUME_CHARACTERS:
        raise Unreadable(TOO_LARGE)
    if problem_of(resume):
        raise Unreadable(INVALID)
    return Found(words_of(resume), resume=resume)


def as_text(resume: Mapping[str, Any]) -> str:
    """A résumé as it is kept."""
    return json.dumps(resume, ensure_ascii=False, separators=(",", ":"))


def problem_of(resume: Mapping[str, Any]) -> str | None:
    """Where a résumé is not as the schema has it (a JSON pointer), or what it may not hold; None
    if nothing is wrong with it."""
    if any(_unstorable.search(text) for text in _strings(resume)):
        return "it contains a character that cannot be stored (NUL or half a surrogate pair)"
    for error in _validator().iter_errors(resume):
        return "see /" + "/".join(map(str, error.absolute_path))
    return None


def _strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from _strings(item)
        case dict():
            for name, item in value.items():
                yield name
                yield from _strings(item)


@cache
def _validator() -> Any:
    # It takes as long to load as all other readers together, which do without.
    from jsonschema import Draft7Validator  # noqa: PLC0415

    schema = files("reading").joinpath("json_resume_schema.json").read_text("utf-8")
    return Draft7Validator(json.loads(schema))


def words_of(resume: Mapping[str, Any]) -> str:
    """Everything a résumé says, a line each."""
    return "\n".join(_texts(dict(resume)))


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from _texts(item)
        case dict():
            for name, item in value.items():
                if name not in NOT_WORDS:
                    yield from _texts(item)


def profile_of(resume: Mapping[str, Any]) -> dict[str, str]:
    """What a résumé says of the fields a profile has, as it is written there."""
    basics = resume.get("basics") or {}
    location = basics.get("location") or {}
    profiles = [one.get("url") for one in basics.get("profiles") or ()]
    found: dict[str, Any] = {
        **{ours: basics.get(theirs) for ours, theirs in SIMPLE.items()},
        "location": _joined(", ", [location.get(n) for n in ("city", "region", "countryCode")])
        or location.get("address"),
        "links": _joined(" ", [basics.get("url"), *profiles]),
        "summary": _joined(". ", [basics.get("label"), *_skills(resume)]) or basics.get("summary"),
    }
    return {name: text for name, text in found.items() if text}


def _skills(resume: Mapping[str, Any]) -> Iterator[str]:
    for skill in resume.get("skills") or ():
        yield _joined(": ", [skill.get("name"), _joined(", ", skill.get("keywords") or ())])


def _joined(between: str, texts: Any) -> str:
    return between.join(text for text in texts if text)


def resume_of(profile: Mapping[str, str], resume: Mapping[str, Any] | None) -> dict[str, Any]:
    """A profile as JSON Resume: the one that was confirmed, with what was said otherwise since."""
    told: dict[str, Any] = dict(resume) if resume is not None else {"$schema": SCHEMA}
    said = profile_of(told)
    changed = {name: text for name, text in profile.items() if text != said.get(name)}
    if changed:
        told["basics"] = {**(told.get("basics") or {}), **_basics(changed)}
    return told


def _basics(changed: Mapping[str, str]) -> dict[str, Any]:
    basics: dict[str, Any] = {
        theirs: changed[ours] for ours, theirs in SIMPLE.items() if ours in changed
    }
    if "summary" in changed:
        basics["summary"] = changed["summary"]
    if "location" in changed:
        basics["location"] = {"address": changed["location"]}
    first, *others = changed.get("links", "").split() or [""]
    if first:
        basics |= {"url": first, "profiles": [{"url": link} for link in others]}
    return basics
