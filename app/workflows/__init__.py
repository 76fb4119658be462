"""Processes as tables of desks; the engine moves cases, the effects keep what they promise."""
