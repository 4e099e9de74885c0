"""Speed, always measured beside a reference in the same run: ratios hold where times do not."""
