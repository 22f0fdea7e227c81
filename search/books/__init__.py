"""What was said and done: ledger.db and what is kept in it."""
