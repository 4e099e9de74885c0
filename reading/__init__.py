"""Reading documents: from bytes that nobody vouches for to words, and to a profile to confirm."""
