"""学籍管理台: the student registry console; its rooms are described in docs/architecture.md."""
