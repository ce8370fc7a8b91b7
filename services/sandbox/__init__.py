"""An HTTP server that imitates paid providers: for the demo, the tests and users' own dry runs."""
