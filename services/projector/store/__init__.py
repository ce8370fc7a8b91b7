"""All SQL of the projector that is not compiled from rules; each statement names its client."""
