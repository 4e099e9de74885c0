"""Why a document is not read."""

ENCRYPTED = "encrypted"
CORRUPT = "corrupt"
NOT_SUPPORTED = "not_supported"
NO_TEXT = "no_text"
TOO_LARGE = "too_large"
TOO_MANY_PARTS = "too_many_parts"
TOO_SLOW = "too_slow"
UNSAFE_XML = "unsafe_xml"
INVALID = "invalid"
READER_FAILED = "reader_failed"


class Unreadable(Exception):
    """A document cannot be read, or not safely; why is a code, for its own words are personal."""

    def __init__(self, code: str, format: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.format = format
        """What it was found to be, where that was found."""
