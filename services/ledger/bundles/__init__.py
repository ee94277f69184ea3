"""One seller's events of both logs as one file, from which an outsider computes every number again."""
