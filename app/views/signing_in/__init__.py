"""Signing in: the gate, the second factor, the session and when it is over, one's own password."""
