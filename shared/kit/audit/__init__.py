"""The audit tree and what is signed about it: hashes, proofs, tiles, notes, checkpoints, receipts, keys.

Pure but for the key folder, the signer's socket and the file of what was signed last. A log gives leaves and reads
nodes; `growth` says what to store beside each leaf.
"""
