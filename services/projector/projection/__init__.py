"""Rules compiled to SQL. Nothing else in the service composes statements; identifiers come from code alone.

No payload travels to Python, and no `JSON_TABLE` is used: PostgreSQL never runs it in parallel, and over the same
answers `jsonb_path_query` with plain member access took half its time.
"""
