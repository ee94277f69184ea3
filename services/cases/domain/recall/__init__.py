"""A recall (批量撤销): a batch of decisions that share a fault is revoked by two supervisors, one fact per case."""
