"""What runs in the child that reads a stranger's file; nothing here is imported by a worker."""
