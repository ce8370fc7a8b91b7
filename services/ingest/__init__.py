"""Ingest: uploads, batches and the events subscribers follow."""
