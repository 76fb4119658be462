"""学籍管理台: the student registry console; rooms and their direction stand in docs/architecture.md."""
