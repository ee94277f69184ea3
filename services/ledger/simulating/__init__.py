"""What other rules would have done to history: to decisions, points, sanctions and standings. Writes no event."""
