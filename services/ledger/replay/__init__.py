"""Folds the cases log again from zero and compares what comes of it with a ledger, sharing the pure domain alone."""
