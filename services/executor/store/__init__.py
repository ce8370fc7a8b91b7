"""The executor's SQL: runs and chunks, attempts and results, and what is read for the API."""
