"""Leadledger from Python: `Client` talks to a running server; `leadledger.cli` is the command line over it."""

from leadledger.answers import Batch, Event, LaunchedBatch, Upload, Verification
from leadledger.client import Client
from leadledger.errors import LeadledgerError, UnreachableError

__all__ = ["Batch", "Client", "Event", "LaunchedBatch", "LeadledgerError", "UnreachableError", "Upload", "Verification"]
