"""The event log: one sequencer, gapless positions from 1 in commit order, everything of an append in one transaction.

`model` says what a log is; `rows` what may be written beside events; `merkle` hashes leaves; `memory` and `sqlite`
are stores on the recorders of the `eventsourcing` library.
"""
