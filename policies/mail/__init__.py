"""Mail: how a message becomes a mail and goes out, and how what comes back finds its message."""
