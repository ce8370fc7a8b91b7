"""The web page: static files that talk to the three APIs and to nothing else."""
