"""Makes the rows of the read models again from the events alone, in memory that does not grow with the log."""
