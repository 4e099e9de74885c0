"""Plain SQL, one file a step: `registry/` for the installation, the rest for each organisation."""
