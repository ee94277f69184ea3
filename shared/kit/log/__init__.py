"""The event log: one sequencer, gapless positions from 1 in commit order, everything of an append in one transaction.

`model` says what a log is, `rows` what may be written beside events. `staging` works out what a batch will write,
`sequenced` is the log over any store, and `memory` and `sqlite` are stores on the recorders of the `eventsourcing`
library. `opening` picks one by `PERSISTENCE_MODULE`. `merkle` grows the tree over the stored bytes.
"""
