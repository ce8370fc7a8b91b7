"""Rules: how each provider's answer is read, and which of several values is believed. Data, versioned, immutable."""

from services.projector.rules.policy import Policy
from services.projector.rules.reading import Reading
from services.projector.rules.rules import Rules, load_rules

__all__ = ["Policy", "Reading", "Rules", "load_rules"]
