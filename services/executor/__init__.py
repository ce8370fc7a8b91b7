"""Executor: asks providers, appends what they answer, completes batches."""
