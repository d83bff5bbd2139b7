"""SQL over sets of records, each a function of what it is about."""
