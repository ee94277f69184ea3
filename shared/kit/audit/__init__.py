"""The audit tree and what is signed about it: hashes, proofs, tiles, notes, checkpoints, receipts, keys.

Pure but for the key folder, the signer's socket and the file of what was signed last. A log gives leaves and reads
nodes; `shared.kit.log.merkle` says what it stores beside each leaf.
"""
