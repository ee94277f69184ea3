"""Everything the ledger knows, at two clocks, as files that other programs read."""
