"""The pure rules of an account: facts, ladders, sanctions, standing at two clocks. No clock, no database, no HTTP."""
