"""Row-level security as data: one line per table; policies, triggers and grants follow from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import Connection, text

from app.policies import path_triggers, trail_triggers, triggers
from app.policies.resealing import REASON, places

APP_ROLE = "xueji_app"
READ_WRITE = "SELECT, INSERT, UPDATE, DELETE"
NO_DELETE = "SELECT, INSERT, UPDATE"
APPEND_ONLY = "SELECT, INSERT"
CARRIED_ONLY = "SELECT, INSERT, UPDATE (owner_path)"


class Range(StrEnum):
    """Which of a person's two subtrees a table is measured by."""

    PUPILS = "scope"
    HOUSE = "house"


# A class teacher's share of a table: the setting is empty for everybody else. The whole question
# stands inside the SELECT: the planner guesses a bare truth value as one in two; a comparison as
# one in two hundred, and then prefers to sort a whole province to taking a page from an index.
FREE = "(SELECT coalesce(current_setting('app.classes', true), '') = '')"
BY_CLASS = (
    f"({FREE} OR class_id = ANY (string_to_array("
    "nullif(current_setting('app.classes', true), ''), ',')::int[]))"
)
BY_PUPIL = f"({FREE} OR student_id IN (SELECT id FROM student))"  # noqa: S608  words of ours
NOT_FOR_TEACHERS = f"({FREE})"
ME = "nullif(current_setting('app.actor', true), '')::int"
BY_PERSON = f"({FREE} OR user_id = {ME})"
BY_ACTOR = f"({FREE} OR actor = {ME})"
BY_ASKER = f"({FREE} OR asked_by = {ME})"


@dataclass(frozen=True, slots=True)
class Scoped:
    """A table with an `owner_path`, read through ``by`` from ``parent``.``column``, never input.

    ``also`` adds conditions under which a row is seen too; ``teacher`` narrows it for teachers;
    ``reads`` lets more be read than written; ``insert_anywhere`` is for trails that a person may
    write but not read.
    """

    by: str = ""
    parent: str = "organisation"
    column: str = "path"
    range: Range = Range.PUPILS
    also: tuple[str, ...] = ()
    teacher: str = ""
    grants: str = NO_DELETE
    reads: str = ""
    insert_anywhere: bool = False

    @property
    def rule(self) -> str:
        """Return the SQL condition for seeing (and, but for trails, writing) a row."""
        seen = " OR ".join((in_range("owner_path", self.range), *self.also))
        return f"({seen}) AND {self.teacher}" if self.teacher else seen


@dataclass(frozen=True, slots=True)
class Follows:
    """A table whose rows are seen with the row they belong to."""

    by: str
    parent: str
    grants: str = NO_DELETE

    @property
    def rule(self) -> str:
        """Return the SQL condition for seeing and writing a row.

        Not EXISTS: the planner would read and hash every parent in scope for a page of 50 rows.
        """
        return f"(SELECT true FROM {self.parent} held WHERE held.id = {self.by})"  # noqa: S608  words of ours


@dataclass(frozen=True, slots=True)
class Meets:
    """A table whose rows are seen by whoever sees one of the rows that belong to it.

    A row comes before those that belong to it: only a session of the widest scope makes one.
    """

    table: str
    by: str
    child: str
    grants: str = NO_DELETE

    @property
    def rule(self) -> str:
        """Return the SQL condition for seeing and writing a row.

        The row's own key is named in full: a bare ``id`` would be that of the child.
        """
        own = f"{self.table}.id"
        meets = f"EXISTS (SELECT 1 FROM {self.child} held WHERE held.{self.by} = {own})"  # noqa: S608  words of ours
        return f"(current_setting('app.scope_from', true) = '/' OR {meets})"


def in_range(path: str, which: Range = Range.PUPILS) -> str:
    """Return the SQL condition that a path lies in one of the person's subtrees."""
    return (
        f"({path} >= current_setting('app.{which}_from', true)"
        f" AND {path} < current_setting('app.{which}_to', true))"
    )


HOUSE = Range.HOUSE
ANYBODY = "true"
OF_A_PERSON = Scoped(
    "user_id", "account", "owner_path", HOUSE, teacher=NOT_FOR_TEACHERS, grants=READ_WRITE,
    reads=in_range("owner_path", HOUSE),
)  # fmt: skip
OF_ONESELF = Scoped("user_id", "account", "owner_path", HOUSE, teacher=BY_PERSON)
OF_A_GROUP = replace(OF_A_PERSON, by="group_id", parent="user_group")
OF_A_BATCH = Scoped(
    "batch_id", "import_batch", "owner_path", teacher=NOT_FOR_TEACHERS, grants=READ_WRITE
)
SCOPED: dict[str, Scoped | Follows | Meets] = {
    "school": Scoped("id", range=HOUSE),
    "campus": Scoped("school_id", range=HOUSE, grants=READ_WRITE),
    "grade": Scoped("school_id", range=HOUSE, grants=READ_WRITE),
    "school_class": Scoped("school_id", range=HOUSE, grants=READ_WRITE),
    "headcount": Scoped("school_id", range=HOUSE),
    "student": Scoped("school_id", teacher=BY_CLASS),
    "guardian": Scoped("student_id", "student", "owner_path", teacher=BY_PUPIL, grants=READ_WRITE),
    "number_history": Scoped(
        "student_id", "student", "owner_path", teacher=BY_PUPIL, grants=CARRIED_ONLY
    ),
    "enrolment": Scoped("school_id", also=(in_range("pupil_path"),), teacher=BY_PUPIL),
    "case_file": Scoped(
        also=(in_range("receiving_path"), "common_path = current_setting('app.common', true)"),
        teacher=NOT_FOR_TEACHERS,
    ),
    "case_event": Follows("case_id", "case_file", APPEND_ONLY),
    "case_comment": Follows("case_id", "case_file", APPEND_ONLY),
    "transfer": Follows("case_id", "case_file"),
    "movement": Follows("case_id", "case_file"),
    "key_change": Follows("case_id", "case_file"),
    "key_change_line": Follows("case_id", "case_file", READ_WRITE),
    "problem_case": Follows("case_id", "case_file"),
    "problem_group": Meets("problem_group", "group_id", "problem_item"),
    "problem_item": Scoped("student_id", "student", "owner_path", teacher=BY_PUPIL),
    "evidenced_pair": Scoped(
        "first_id", "student", "owner_path", teacher=NOT_FOR_TEACHERS, grants=CARRIED_ONLY
    ),
    "check_waiting": Follows("student_id", "student", READ_WRITE),
    "verification_round": Scoped("organisation_id", teacher=NOT_FOR_TEACHERS),
    "verification_line": Scoped(
        "round_id", "verification_round", "owner_path", teacher=NOT_FOR_TEACHERS
    ),
    "expected_list": Scoped("school_id", teacher=NOT_FOR_TEACHERS, grants=READ_WRITE),
    "expected_pupil": Scoped(
        "list_id", "expected_list", "owner_path", teacher=NOT_FOR_TEACHERS, grants=READ_WRITE
    ),
    "aux_rule": Scoped(
        "organisation_id", range=HOUSE, teacher=NOT_FOR_TEACHERS, grants=CARRIED_ONLY, reads=ANYBODY
    ),
    "attachment": Scoped(
        "organisation_id",
        also=("(SELECT true FROM case_file held WHERE held.id = case_id)",),
        teacher=NOT_FOR_TEACHERS,
        grants=READ_WRITE,
    ),
    "notice": Scoped(
        "organisation_id",
        range=HOUSE,
        teacher=NOT_FOR_TEACHERS,
        grants=CARRIED_ONLY,
        insert_anywhere=True,
    ),
    "notice_seen": OF_ONESELF,
    "saved_filter": replace(OF_ONESELF, grants=READ_WRITE),
    "substitution": Scoped("organisation_id", range=HOUSE, teacher=NOT_FOR_TEACHERS),
    "field_choice": Scoped(
        "organisation_id", range=HOUSE, teacher=NOT_FOR_TEACHERS, grants=CARRIED_ONLY, reads=ANYBODY
    ),
    "import_batch": Scoped("school_id", teacher=NOT_FOR_TEACHERS),
    "import_row": OF_A_BATCH,
    "import_guardian": OF_A_BATCH,
    "import_problem": OF_A_BATCH,
    "import_line": OF_A_BATCH,
    "import_cell": OF_A_BATCH,
    "import_raw": OF_A_BATCH,
    "import_mapping": Scoped("organisation_id", teacher=NOT_FOR_TEACHERS),
    "export": Scoped("organisation_id", teacher=BY_ASKER),
    "export_part": Follows("export_id", "export", READ_WRITE),
    "export_download": Follows("export_id", "export", APPEND_ONLY),
    "export_share": Scoped("school_id", teacher=NOT_FOR_TEACHERS, grants=CARRIED_ONLY),
    "export_request": Scoped("organisation_id", teacher=NOT_FOR_TEACHERS),
    "export_event": Follows("request_id", "export_request", APPEND_ONLY),
    "account": Scoped("organisation_id", range=HOUSE, teacher=BY_PERSON, reads=ANYBODY),
    "account_class": replace(OF_A_PERSON, reads=ANYBODY),  # read before the scope is known
    "account_right": OF_A_PERSON,
    "credential": replace(OF_A_PERSON, teacher=BY_PERSON, grants=NO_DELETE, reads=""),
    "user_group": Scoped(
        "organisation_id",
        range=HOUSE,
        teacher=NOT_FOR_TEACHERS,
        grants=READ_WRITE,
        reads=in_range("owner_path", HOUSE),
    ),
    "group_member": OF_A_GROUP,
    "group_right": OF_A_GROUP,
    "switch_value": Scoped(
        "organisation_id", range=HOUSE, teacher=NOT_FOR_TEACHERS, grants=CARRIED_ONLY, reads=ANYBODY
    ),
    "job": Scoped("organisation_id", range=HOUSE),
    "job_remark": Follows("job_id", "job", READ_WRITE),
    "promotion_run": Scoped("authority_id", range=HOUSE),
    "promotion_result": Scoped("school_id", range=HOUSE, grants=READ_WRITE),
    "audit_event": Scoped(range=HOUSE, teacher=BY_ACTOR, grants=APPEND_ONLY, insert_anywhere=True),
    "row_history": Scoped(
        also=(
            f"(student_id IS NULL AND {in_range('owner_path', HOUSE)})",
            "EXISTS (SELECT 1 FROM student held WHERE held.id = student_id)",
        ),
        teacher=BY_PUPIL,
        grants=APPEND_ONLY,
        insert_anywhere=True,
    ),
}
PUBLIC: dict[str, str] = {  # table: what the application may do with it
    "organisation": NO_DELETE,
    "code_value": NO_DELETE,
    "division": "SELECT",
    "pulse": READ_WRITE,
    "hook_delivery": READ_WRITE,
    "case_party": "SELECT",  # the trigger writes; a list joins it to the cases in scope
    "key_check": "SELECT",
    "issued_number": "",  # asked through `claim_number` alone
    "audit_head": "",  # the chain's last links: only the trigger touches them
    "alembic_version": "SELECT",
    "ab_": READ_WRITE,  # FAB's own tables, by prefix
}

PROTECT = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS scope ON {table};
DROP POLICY IF EXISTS trail ON {table};
DROP POLICY IF EXISTS reads ON {table};
DROP POLICY IF EXISTS keys ON {table};
DROP POLICY IF EXISTS verify ON {table};
DROP POLICY IF EXISTS carry ON {table};
DROP POLICY IF EXISTS asks ON {table};
REVOKE ALL ON {table} FROM {role};
GRANT {grants} ON {table} TO {role};
"""
TRIGGERS = """
SELECT tgrelid::regclass::text, tgname FROM pg_trigger
WHERE NOT tgisinternal AND tgrelid::regclass::text !~ '[.]'
"""
FORCED = """
SELECT oid::regclass::text FROM pg_class
WHERE relforcerowsecurity AND relnamespace = 'public'::regnamespace
"""
SCOPE = "CREATE POLICY scope ON {table} TO {role} USING ({rule}) WITH CHECK ({rule});"
READS = "CREATE POLICY reads ON {table} FOR SELECT USING ({reads});"  # the chain's owner too
REKEYS = f"current_setting('app.reason', true) = '{REASON}'"
KEYS = "CREATE POLICY keys ON {table} TO CURRENT_USER USING ({rekeys}) WITH CHECK ({rekeys});"
TOLD = "CREATE POLICY keys ON audit_event FOR INSERT TO CURRENT_USER WITH CHECK ({rekeys});"
ASKS = "CREATE POLICY asks ON check_waiting FOR INSERT TO CURRENT_USER WITH CHECK (true);"
VERIFY = "CREATE POLICY verify ON audit_event FOR SELECT TO CURRENT_USER USING (true);"
TRAIL = """
CREATE POLICY scope ON {table} FOR SELECT TO {role} USING ({rule});
CREATE POLICY trail ON {table} FOR INSERT TO {role} WITH CHECK (true);
"""
CARRY = "CREATE POLICY carry ON {table} FOR UPDATE TO {role} USING ({rule});"  # with its owner


def ddl(role: str = APP_ROLE) -> list[str]:
    """Return the statements that bring any database to what is declared above; repeatable."""
    said = [trail_triggers.REKEYING.format(role=role), *triggers.ALWAYS]
    for table, rule in SCOPED.items():
        if isinstance(rule, Scoped) and rule.by:
            said.append(path_triggers.derive(table, rule.by, rule.parent, rule.column))
        trail = isinstance(rule, Scoped) and rule.insert_anywhere
        said.append(
            (PROTECT + (TRAIL if trail else SCOPE)).format(
                table=table, role=role, rule=rule.rule, grants=rule.grants
            )
        )
        if isinstance(rule, Scoped) and trail and rule.by:
            said.append(CARRY.format(table=table, role=role, rule=rule.rule))
        if isinstance(rule, Scoped) and rule.reads:
            said.append(READS.format(table=table, reads=rule.reads))
    said.extend(KEYS.format(table=place.name, rekeys=REKEYS) for place in places())
    said.append(TOLD.format(rekeys=REKEYS))
    said.append(VERIFY)
    said.append(ASKS)
    said.extend(path_triggers.carry(CARRIED))
    said.extend(trail_triggers.witness(role))
    return said


CARRIED: dict[tuple[str, str], list[tuple[str, str, str]]] = {}  # (parent, column): child, by, path
for _table, _rule in SCOPED.items():
    if isinstance(_rule, Scoped) and _rule.by and _rule.by != "id":
        CARRIED.setdefault((_rule.parent, _rule.column), []).append(
            (_table, _rule.by, "owner_path")
        )
CARRIED[("organisation", "path")] += [
    ("school", "id", "owner_path"),
    ("case_file", "owner_id", "owner_path"),
    ("case_file", "receiving_id", "receiving_path"),
    ("case_file", "awaiting_id", "awaiting_path"),
]
CARRIED[("student", "owner_path")].append(("enrolment", "student_id", "pupil_path"))


def sync(connection: Connection, role: str = APP_ROLE) -> None:
    """Apply policies, triggers and grants as the owner, after every migration; never commits."""
    for statement in ddl(role):
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")
    tables = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
    for table in tables.scalars().all():
        grants = next((PUBLIC[key] for key in PUBLIC if is_named(table, key)), None)
        if grants is not None:
            connection.exec_driver_sql(f"REVOKE ALL ON {table} FROM {role}")
        if grants:
            connection.exec_driver_sql(f"GRANT {grants} ON {table} TO {role}")


def lift(connection: Connection) -> None:
    """Take policies and triggers off before tables change under them; `sync` puts them on again.

    Meanwhile the owner, who migrates, sees all rows: forced row security would hide them.
    """
    for table in connection.exec_driver_sql(FORCED).scalars().all():
        connection.exec_driver_sql(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    found = connection.execute(text("SELECT tablename, policyname FROM pg_policies"))
    for table, policy in found.all():
        connection.exec_driver_sql(f"DROP POLICY {policy} ON {table}")
    for table, trigger in connection.execute(text(TRIGGERS)).all():
        connection.exec_driver_sql(f"DROP TRIGGER {trigger} ON {table}")


def is_named(table: str, key: str) -> bool:
    """Tell whether a key of `PUBLIC` means this table: its name, or a prefix ending in ``_``."""
    return table.startswith(key) if key.endswith("_") else table == key
