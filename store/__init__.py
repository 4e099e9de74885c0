"""The log and what guards it: connections, migrations, the vault, the append."""
