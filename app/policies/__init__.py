"""Who sees which rows and who presses which button: both as data, rows enforced by PostgreSQL."""
