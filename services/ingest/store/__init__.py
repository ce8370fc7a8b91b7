"""The SQL of the ingest service."""
