"""How much a document may ask of whoever reads it."""

MOST_CHARACTERS = 200_000
"""Of text; what comes after is left out. A page has some 3,000."""
MOST_PAGES = 100
"""Of a PDF; what comes after is left out."""
MOST_PARTS = 2_000
"""Files in an office document."""
PART_BYTES = 10_000_000
"""Of one of them, unpacked."""
TEXT_BYTES = 2_000_000
"""Of plain text; what comes after is left out."""
RESUME_CHARACTERS = 90_000
"""Of a JSON Resume, so that it fits into a field of an event."""
MEMORY_BYTES = 1_000_000_000
"""Addresses, of which a reader of a usual document needs a tenth."""
PROCESSOR_SECONDS = 10
SECONDS = 20.0
"""From the start of the process to its answer."""
OPEN_FILES = 32
