"""Finds what was changed in a store of a log behind its back: every row against every other that speaks of it."""
