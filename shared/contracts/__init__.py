"""What crosses a border between services: decision events, ledger entries, standing. Followers read only these."""
