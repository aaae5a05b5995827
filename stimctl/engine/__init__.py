"""The engine: a child process, one a session, that owns the unit, the clock and the stop."""
