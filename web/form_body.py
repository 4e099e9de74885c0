"""Forms that anyone may send, with files: read in memory, within limits, and never onto a disk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from domain.errors import Refusal

MOST_FIELDS, MOST_FILES = 300, 2
LONGEST_FIELD = 100_000
LONGEST_FILENAME = 255


class FormUnreadable(Refusal):
    """The form could not be read; please go back, load it again, and send it again."""

    status = HTTPStatus.BAD_REQUEST


@dataclass(frozen=True)
class File:
    """A file as it came; `content` is cut where it is larger than may be."""

    filename: str
    content: bytes


@dataclass(frozen=True)
class Sent:
    """What was sent: texts by field, in order, and the file, if one was chosen."""

    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Mapping[str, File] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """What was typed into a field; nothing if it was not sent."""
        said = self.texts.get(name, ())
        return said[0].strip() if said else ""


async def read(request: Request, largest_file: int) -> Sent:
    """A form that was sent to us. Raises FormUnreadable."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if kind == "multipart/form-data":
            parser = _InMemory(
                request.headers,
                request.stream(),
                max_files=MOST_FILES,
                max_fields=MOST_FIELDS,
                max_part_size=LONGEST_FIELD,
            )
            parser.largest_file = largest_file
            form = await parser.parse()
        elif kind == "application/x-www-form-urlencoded":
            form = await FormParser(
                request.headers,
                request.stream(),
                max_fields=MOST_FIELDS,
                max_part_size=LONGEST_FIELD,
            ).parse()
        else:
            raise FormUnreadable
        return await _sent(form)
    except (MultiPartException, ClientDisconnect, ValueError, KeyError):
        raise FormUnreadable from None


async def _sent(form: FormData) -> Sent:
    texts: dict[str, list[str]] = {}
    files: dict[str, File] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            content = await value.read()
            await value.close()
            if content:
                files[name] = File(named(value.filename or ""), content)
        else:
            texts.setdefault(name, []).append(_storable(value))
    return Sent(texts, files)


def named(filename: str) -> str:
    """A file's name, without any folder, control character or half of a character."""
    name = filename.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(c for c in _storable(name) if c.isprintable()).strip(" .")
    return clean[:LONGEST_FILENAME] or "file"


def _storable(text: str) -> str:
    """A text with line ends as we write them, and nothing that cannot be stored."""
    known = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return known.encode("utf-8", "replace").decode()


class _InMemory(MultiPartParser):
    """Keeps files in memory: what is personal is never written to a disk in the clear."""

    spool_max_size = 2**62
    largest_file = 0

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        file = self._current_part.file
        if file is not None and (file.size or 0) > self.largest_file:
            return
        super().on_part_data(data, start, end)
