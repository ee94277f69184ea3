"""Past penalties from another system: read from a file, checked whole, recorded in order of time, once."""
