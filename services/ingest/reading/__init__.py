"""Reading of uploaded CSV files: dialect, header and records, with every byte accounted for."""
