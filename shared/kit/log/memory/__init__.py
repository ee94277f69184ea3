"""The log in memory, for tests and previews: `PERSISTENCE_MODULE=shared.kit.log.memory`."""

from shared.kit.log.memory.factory import MemoryFactory, open_memory_log

__all__ = ["MemoryFactory", "open_memory_log"]
