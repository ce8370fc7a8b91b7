"""The demo's files: an Apollo export of invented people, and the customer companies to match them with."""
