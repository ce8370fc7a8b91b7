"""The projector's API."""
