"""What the words of a résumé suggest of a profile: what stands where one would look for it.

Nothing is guessed beyond that, and nothing is decided: a person confirms. What is found is told
with the place where it was found.
"""

import re
from collections.abc import Iterator
from typing import Any

import phonenumbers
from phonenumbers import PhoneNumberFormat

FIRST_LINES = 6
"""Within these a name stands, if it stands where names stand."""
FEWEST_NAMES, MOST_NAMES, LONGEST_NAME = 2, 5, 60
"""Words of a name on a line of its own, and its letters."""
LONGEST_SKILL = 60
MOST_SKILLS = 60
MOST_FOUND = 10
"""E-mail addresses, phone numbers and links."""
LOOKED_THROUGH = 20_000
"""Characters, from the beginning, for how somebody is reached."""
SECTION_CHARACTERS = 20_000
"""Of work and of education; what comes after is left in the document."""

_headings = {
    "skills": "skills|technical skills|key skills|core skills|core competencies|skills and tools"
    "|kenntnisse|fähigkeiten|kompetenzen|it-kenntnisse|edv-kenntnisse|compétences|competencias"
    "|habilidades|competenze|vaardigheden",
    "work": "experience|work experience|professional experience|employment|employment history"
    "|work history|career|berufserfahrung|beruflicher werdegang|berufspraxis"
    "|expérience professionnelle|expériences professionnelles|experiencia|experiencia laboral"
    "|esperienza professionale|werkervaring",
    "education": "education|education and training|academic background|qualifications|ausbildung"
    "|bildung|studium|schulbildung|formation|formations|educación|formación|istruzione|opleiding",
    "other": "summary|profile|about|about me|objective|languages|interests|hobbies|references"
    "|projects|publications|certifications|certificates|awards|volunteering|contact|personal data"
    "|persönliche daten|profil|sprachen|interessen|referenzen|projekte|zertifikate|kontakt"
    "|langues|centres d'intérêt|idiomas|lingue|talen",
}
_section_of = {name: kind for kind, names in _headings.items() for name in names.split("|")}
_titles = frozenset({"curriculum vitae", "cv", "resume", "résumé", "lebenslauf", "bewerbung"})
_email = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_link = re.compile(
    r"(?i)\b(?:https?://[^\s<>()\"']{4,300}"
    r"|(?:www\.)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,3}(?:/[^\s<>()\"']{0,200})?"
    r"|(?:[a-z0-9-]{1,63}\.){1,3}[a-z]{2,12}/[^\s<>()\"']{1,200})"
)
_name = re.compile("[^\\W\\d_]+(?:[.'\u2019-]+[^\\W\\d_]*)*\\.?")
_named = re.compile(r"(?i)(?:full name|name|nom|nombre|nome)\s*:\s*(.{2,80})")
_located = re.compile(
    r"(?i)(?:location|address|city|adresse|anschrift|wohnort|ort|ville|dirección|indirizzo)"
    r"\s*:\s*(.{2,120})"
)
_bullet = re.compile(r"^[\s•·▪◦‣*–-]+")  # noqa: RUF001  # a dash that résumés use
_between_skills = re.compile(r"[,;•·▪|\n]")


def suggested(text: str, region: str | None) -> dict[str, Any]:
    """The profile that a résumé in words suggests, and where each part of it was found.

    `region` is the country (ISO 3166-1) whose phone numbers are written without a prefix.
    """
    lines = text.split("\n")
    head = text[:LOOKED_THROUGH]
    sections = _sections(lines)
    emails, phones, links = _emails(head), _phones(head, region), _links(head)
    found: dict[str, tuple[str, str]] = {}
    if name := _name_in(lines):
        found["full_name"] = name
    if emails:
        found["email"] = emails[0], _line_of(head, emails[0])
    if phones:
        found["phone"] = phones[0][0], _line_of(head, phones[0][1])
    if place := _labelled(lines, _located):
        found["location"] = place
    if links:
        found["links"] = " ".join(links), _line_of(head, links[0])
    skills = _skills(sections.get("skills", ""))
    if skills:
        found["summary"] = ", ".join(skills), "section skills"
    resume = _resume(sections, skills)
    return {
        **{field: value for field, (value, _) in found.items()},
        "emails": emails,
        "phones": [number for number, _ in phones],
        "resume": resume or None,
        "found_at": {field: place for field, (_, place) in found.items()}
        | {section: f"section {section}" for section in resume},
    }


def _sections(lines: list[str]) -> dict[str, str]:
    """What stands under the headings that are known, until the next of them."""
    found: dict[str, list[str]] = {}
    current = "other"
    for line in lines:
        heading = line.strip().rstrip(":").strip().lower()
        if heading in _section_of:
            current = _section_of[heading]
        else:
            found.setdefault(current, []).append(line)
    return {
        kind: text
        for kind, kept in found.items()
        if kind != "other" and (text := "\n".join(kept).strip()[:SECTION_CHARACTERS])
    }


def _skills(section: str) -> list[str]:
    """The words of a section of skills, as they are separated there."""
    skills: dict[str, str] = {}
    for piece in _between_skills.split(section):
        skill = _bullet.sub("", piece.rpartition(":")[2]).strip(" .")
        if 0 < len(skill) <= LONGEST_SKILL:
            skills.setdefault(skill.lower(), skill)
    return list(skills.values())[:MOST_SKILLS]


def _resume(sections: dict[str, str], skills: list[str]) -> dict[str, Any]:
    """The sections as JSON Resume has them; the text of each stays whole."""
    resume: dict[str, Any] = {
        kind: [{"summary": sections[kind]}] for kind in ("work", "education") if kind in sections
    }
    if skills:
        resume["skills"] = [{"name": skill} for skill in skills]
    return resume


def _name_in(lines: list[str]) -> tuple[str, str] | None:
    """A labelled name, or a first line that consists of nothing but one."""
    if labelled := _labelled(lines[:40], _named):
        return labelled
    said = [(number, line.strip()) for number, line in enumerate(lines, 1) if line.strip()]
    for number, line in said[:FIRST_LINES]:
        if line.lower() in _titles or line.strip(":").lower() in _section_of:
            continue
        words = line.split()
        if not FEWEST_NAMES <= len(words) <= MOST_NAMES or len(line) > LONGEST_NAME:
            continue
        if all(_name.fullmatch(word) for word in words) and _begins_with_capitals(words):
            return line, f"line {number}"
    return None


def _begins_with_capitals(words: list[str]) -> bool:
    """A script without capitals has none; particles (van, de) need none."""
    ends = (words[0][0], words[-1][0])
    return all(letter == letter.upper() for letter in ends)


def _labelled(lines: list[str], label: re.Pattern[str]) -> tuple[str, str] | None:
    for number, line in enumerate(lines, 1):
        if match := label.match(line.strip()):
            return match[1].strip(), f"line {number}"
    return None


def _emails(text: str) -> list[str]:
    return _first(match[0].strip(".") for match in _email.finditer(text))


def _links(text: str) -> list[str]:
    without = _email.sub(" ", text)
    links = (match[0].rstrip(".,;:") for match in _link.finditer(without))
    return _first(link if "://" in link else f"https://{link}" for link in links)


def _phones(text: str, region: str | None) -> list[tuple[str, str]]:
    """Phone numbers in E.164, and as they are written."""
    found: dict[str, str] = {}
    for match in phonenumbers.PhoneNumberMatcher(text, region, max_tries=200):
        number = phonenumbers.format_number(match.number, PhoneNumberFormat.E164)
        found.setdefault(number, match.raw_string)
    return list(found.items())[:MOST_FOUND]


def _first(found: Iterator[str]) -> list[str]:
    """Each once, as it is written first; not more than are worth looking at."""
    kept: dict[str, str] = {}
    for text in found:
        kept.setdefault(text.lower(), text)
    return list(kept.values())[:MOST_FOUND]


def _line_of(text: str, written: str) -> str:
    before = text.partition(written.removeprefix("https://"))[0]
    return f"line {before.count(chr(10)) + 1}"
