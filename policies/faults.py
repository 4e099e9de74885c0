"""What may be said of an error in a log that anyone may read."""

from traceback import extract_tb


def where(error: BaseException) -> str:
    """The kind of an error and the line it came from, without its words.

    They may quote an address or the text of a mail.
    """
    frames = extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__ + place
