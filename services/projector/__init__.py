"""Projector: consolidates answers into leads and work history, and filters them."""
