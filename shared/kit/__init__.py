"""Tools without a domain word: decider, event log, cloudevent, feed, problem details, identity, health, telemetry."""
