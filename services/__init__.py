"""The services of Leadledger; none imports another."""
