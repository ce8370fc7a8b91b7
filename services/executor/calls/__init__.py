"""Calls: one HTTP exchange each, built from a document, answered with an outcome per item."""
