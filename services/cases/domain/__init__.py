"""The pure rules of a case: facts, commands, who may decide what, and when. No clock, no database, no HTTP."""
