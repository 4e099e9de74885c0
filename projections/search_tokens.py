"""Search tokens: what a search compares in place of what is personal.

A token is a keyed hash of a word, or of the beginning of one, 64 bits of BLAKE2b (RFC 7693): equal
words have equal tokens, and nobody without the key can tell which words they are.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator

SHORTEST, LONGEST = 2, 20
"""Letters of the shortest and the longest beginning of a word that can be searched for."""
LOCAL_DIGITS = 7
DOCUMENT_BEGINNINGS = 4
"""Letters of the shortest beginning of a word of a document; the word itself may be shorter."""
DOCUMENT_WORDS = 2_000
"""Different words of a document that can be searched for: as many as fit on ten pages."""
"""Digits of a phone number without its area code."""

# Scripts written without spaces between words.
_unspaced = "\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
# Vowel signs and the like, which are part of a word though not letters.
_marks = "\u0900-\u0903\u093a-\u094f\u0981-\u0983\u09bc-\u09cd\u0b82\u0bbe-\u0bcd\u0e31-\u0e4e"
_word = re.compile(rf"[{_unspaced}]+|[^\W_{_unspaced}](?:[^\W_{_unspaced}]|[{_marks}])*")
_unspaced_word = re.compile(rf"[{_unspaced}]+")
_chunk = re.compile(r"\S+")
_piece = re.compile(r"[^\s./:;,@?&=#()]+")
_accent = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f]")
_apostrophe = re.compile("['`\u00b4\u02bc\u2018\u2019]")
_said_by_every_link = frozenset({"http", "https", "www"})
_phone_like = re.compile(r"\+?\(?\d(?:[\d\s()./\u2010-\u2015-]*\d)")

# Letters that Unicode does not take apart, and how they are also written.
_other_letters = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i"}
)
_as_two_letters = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})


class _Tokens(dict[str, int]):
    """The token of each text asked for; names and their beginnings come again and again."""

    def __init__(self, key: bytes) -> None:
        super().__init__()
        self._keyed = hashlib.blake2b(key=key, digest_size=8)

    def __missing__(self, text: str) -> int:
        keyed = self._keyed.copy()
        keyed.update(text.encode())
        token = self[text] = int.from_bytes(keyed.digest(), "big", signed=True)
        return token


class Tokeniser:
    """Makes an organisation's tokens under one key; to be kept no longer than the work in hand."""

    def __init__(self, key: bytes) -> None:
        self._token = _Tokens(key).__getitem__

    def entry(self, field: str, value: str) -> list[int]:
        """The tokens to keep for a field, sorted, so that they do not tell their order."""
        return sorted(set(map(self._token, texts_of(field, value))))

    def terms(self, query: str) -> list[list[int]]:
        """The tokens to look for: of each term any one must be found; the rarest term first."""
        return [list(map(self._token, term)) for term in terms_of(query)]

    def address(self, email: str) -> int:
        """The token of a whole e-mail address."""
        return self._token(f"e:{plain(email.strip())}")

    def external_id(self, external_id: str) -> int:
        """The token of another system's id, given as system:id."""
        return self._token(f"x:{external_id}")


def texts_of(field: str, value: str) -> Iterable[str]:
    """What a field can be found by, in the clear; each with the kind of text it is."""
    match field:
        case "external_id":
            return (f"x:{value}",)
        case "phone":
            return _numbers(digits(value))
        case "email":
            return _addresses(value)
        case _ if field == "resume" or field.startswith("document:"):
            return _words_of_a_document(value)
        case _:
            return _beginnings(value)


def terms_of(query: str) -> list[list[str]]:
    """What to look for: of each term any one text must be found; the rarest term first."""
    terms: list[list[str]] = []

    def phone(found: re.Match[str]) -> str:
        number = digits(found[0])
        if len(number) < LOCAL_DIGITS:
            return found[0]
        wholes = {f"P:{number[at:]}" for at in range(len(number) - LOCAL_DIGITS + 1)}
        terms.append([f"p:{number}", *sorted(wholes)])
        return " "

    for chunk in _chunk.findall(_phone_like.sub(phone, unicodedata.normalize("NFKC", query))):
        local, at, domain = chunk.strip("<>,;").rpartition("@")
        if at and domain:
            terms.append([f"e:{plain(f'{local}@{domain}')}" if local else f"d:{plain(domain)}"])
        else:
            terms += [[f"w:{text}" for text in spellings] for spellings in _words_sought(chunk)]
    terms.sort(key=lambda term: (term[0][0] == "w", -len(term[0])))
    return terms


def plain(text: str) -> str:
    """Text without case, accents and other ways to write the same letters."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    folded = unicodedata.normalize("NFKC", _accent.sub("", apart))
    return folded.casefold().translate(_other_letters)


def digits(text: str) -> str:
    """A phone number's digits, without zeros to dial first: +49 (0)30 as 4930, 030 as 30."""
    number = re.split(r"[^\W\d_]", text.replace("(0)", ""), maxsplit=1)[0]
    return "".join(str(int(c)) for c in number if c.isdecimal()).lstrip("0")


def _numbers(number: str) -> Iterator[str]:
    """By its last digits, seven or more; and by the whole, where the other has more in front."""
    if number:
        yield f"P:{number}"
    for length in range(min(LOCAL_DIGITS, len(number)), len(number) + 1):
        if length:
            yield f"p:{number[-length:]}"


def _addresses(value: str) -> Iterator[str]:
    address = plain(value.strip())
    yield f"e:{address}"
    local, _, domain = address.rpartition("@")
    if domain:
        yield f"d:{domain}"
        yield from (f"w:{word}" for word in _word.findall(domain))
    yield from _beginnings(local)


def _beginnings(value: str) -> Iterator[str]:
    for piece in _piece.findall(value):
        for word in _words_kept(piece) - _said_by_every_link:
            for text in _parts(word):
                yield f"w:{text}"


def _words_of_a_document(value: str) -> Iterator[str]:
    """Its first so many different words, each by itself and by its longer beginnings."""
    words: dict[str, None] = {}
    for piece in _piece.findall(value):
        words.update(dict.fromkeys(sorted(_words_kept(piece) - _said_by_every_link)))
        if len(words) >= DOCUMENT_WORDS:
            break
    for word in list(words)[:DOCUMENT_WORDS]:
        for text in _parts(word):
            if len(text) >= DOCUMENT_BEGINNINGS or text == word or _is_unspaced(word):
                yield f"w:{text}"


def _words_kept(piece: str) -> set[str]:
    """The words between spaces: each part, and all together, as one may type Anna-Lena."""
    words: set[str] = set()
    for spelling in _spellings(piece):
        parts = _word.findall(spelling)
        words.update(parts)
        words.add("".join(parts))
    return words - {""}


def _words_sought(chunk: str) -> list[list[str]]:
    """The words of a chunk that is searched for, each in the ways it may have been written."""
    ways = [
        [
            part
            for word in _word.findall(_apostrophe.sub("", spelling))
            if word not in _said_by_every_link
            for part in _sought(word)
        ]
        for spelling in _spellings(chunk)
    ]
    return [list(dict.fromkeys(alike)) for alike in zip(*ways, strict=False)]


def _spellings(chunk: str) -> list[str]:
    """As it is said without accents; and with umlauts as two letters, if there are any."""
    if chunk.isascii():
        return [chunk.lower()]
    folded = unicodedata.normalize("NFC", chunk).casefold()
    spelt = folded.translate(_as_two_letters)
    return [plain(folded)] if spelt == folded else [plain(folded), plain(spelt)]


def _parts(word: str) -> Iterator[str]:
    """What one may type to find a word: its beginnings; of a script without spaces, any part."""
    if _is_unspaced(word):
        yield from word
        yield from (word[at : at + 2] for at in range(len(word) - 1))
    for length in range(SHORTEST, min(len(word), LONGEST) + 1):
        yield word[:length]


def _sought(word: str) -> list[str]:
    if _is_unspaced(word):
        return [word[at : at + 2] for at in range(len(word) - 1)] or [word]
    return [word[:LONGEST]] if len(word) >= SHORTEST else []


def _is_unspaced(word: str) -> bool:
    return not word.isascii() and _unspaced_word.fullmatch(word) is not None
