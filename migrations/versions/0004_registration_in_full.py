"""Registration in full: problems, identities to compare, every number given out, rounds, lists."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = depends_on = None

NUMBERS = """
INSERT INTO issued_number (digest, student_id)
SELECT number_digest, id FROM student WHERE number_digest IS NOT NULL
UNION SELECT number_digest, student_id FROM number_history
ON CONFLICT DO NOTHING
"""
TO_COMPARE = (
    "INSERT INTO check_waiting (student_id) SELECT id FROM student WHERE status <> 'DELETED'"
)
# What 0003 meant to fill in while row security hid the rows from it.
PULLS = """
UPDATE transfer SET pulls = true FROM case_file c WHERE c.id = case_id AND c.common_path = '/'
"""
PARTIES = """
INSERT INTO case_party (case_id, organisation_id, due_on, closed_at)
SELECT DISTINCT c.id, one, c.due_on, c.closed_at FROM case_file c, LATERAL (
  SELECT unnest(ARRAY[c.awaiting_id, c.initiator_org_id])
  UNION ALL SELECT organisation_id FROM case_event WHERE case_id = c.id
  UNION ALL SELECT unnest(ARRAY[id, parent_id]) FROM organisation
  WHERE id IN (c.owner_id, c.receiving_id)) involved (one) WHERE one IS NOT NULL
ON CONFLICT DO NOTHING
"""
# 辅号 is once in a province from now on: of those that repeat, the oldest record keeps it.
AUX_ONCE = """
WITH twice AS (
  SELECT id, aux_number, row_number() OVER (
    PARTITION BY split_part(owner_path, '/', 2), aux_number ORDER BY id) AS nth
  FROM student WHERE aux_number IS NOT NULL AND status <> 'DELETED'),
gone AS (
  UPDATE student s SET aux_number = NULL FROM twice t
  WHERE t.id = s.id AND t.nth > 1 RETURNING s.id, s.owner_path, t.aux_number)
INSERT INTO row_history (owner_path, table_name, row_id, student_id, reason, before, after)
SELECT owner_path, 'student', id, id, 'migration.0004',
       jsonb_build_object('aux_number', aux_number), jsonb_build_object('aux_number', NULL)
FROM gone
"""
# The tab under which a registration stands, of cases older than the tabs.
TABS = """
UPDATE case_file c SET variant = CASE
  WHEN s.overseas_status <> '00' OR s.nationality <> 'CHN' THEN 'FOREIGN'
  WHEN g.level = 1 THEN 'NEW' ELSE 'IN_SCHOOL' END
FROM student s JOIN grade g ON g.id = s.grade_id
WHERE s.id = c.student_id AND c.kind = 'REGISTRATION' AND c.variant IS NULL
"""
AUX = """
ALTER TABLE student ADD CONSTRAINT student_aux_number
EXCLUDE USING btree (aux_number WITH =, split_part(owner_path, '/', 2) WITH =)
WHERE (aux_number IS NOT NULL AND status <> 'DELETED') DEFERRABLE INITIALLY IMMEDIATE
"""


def upgrade() -> None:
    op.create_table(
        "issued_number",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column(
            "issued_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "problem_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("key_digest", sa.LargeBinary(), nullable=False),
        sa.Column(
            "opened_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kind", "key_digest"),
    )
    op.create_table(
        "aux_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("pattern", sa.String(length=120), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=False),
        sa.Column(
            "set_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["set_by"], ["account.user_id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("aux_rule_organisation", "aux_rule", ["organisation_id", "id"])
    op.create_index("aux_rule_owner", "aux_rule", ["owner_path", "id"])
    op.create_table(
        "expected_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("entry_year", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=False),
        sa.Column(
            "uploaded_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.ForeignKeyConstraint(["school_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["uploaded_by"], ["account.user_id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("school_id", "stage", "entry_year"),
    )
    op.create_index("expected_list_owner", "expected_list", ["owner_path", "id"])
    op.create_table(
        "verification_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), server_default="WRITING", nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column(
            "asked_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("everybody", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("rows", sa.Integer(), server_default="0", nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("answer", sa.String(length=64), nullable=True),
        sa.Column("answer_name", sa.String(length=120), nullable=True),
        sa.Column("odd", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("paper", sa.String(length=64), nullable=True),
        sa.Column("paper_name", sa.String(length=120), nullable=True),
        sa.Column("told_by", sa.Integer(), nullable=True),
        sa.Column("told_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("passed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["account.user_id"]),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(
            ["told_by"], ["account.user_id"], name="verification_round_told_by"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("verification_round_owner", "verification_round", ["owner_path", "id"])
    op.create_table(
        "expected_pupil",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80, collation="C"), nullable=False),
        sa.Column("gender", sa.String(length=1, collation="C"), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("id_number", sa.LargeBinary(), nullable=True),
        sa.Column("id_digest", sa.LargeBinary(), nullable=True),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.ForeignKeyConstraint(["list_id"], ["expected_list.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("list_id", "row_no"),
    )
    op.create_index("expected_pupil_owner", "expected_pupil", ["owner_path", "list_id"])
    op.create_table(
        "check_waiting",
        sa.Column("student_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "asked_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("student_id"),
    )
    op.create_table(
        "evidenced_pair",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("key_digest", sa.LargeBinary(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.CheckConstraint("first_id <= second_id", name="evidenced_pair_order"),
        sa.ForeignKeyConstraint(["first_id"], ["student.id"]),
        sa.ForeignKeyConstraint(["second_id"], ["student.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kind", "key_digest", "first_id", "second_id"),
    )
    op.create_index("evidenced_pair_owner", "evidenced_pair", ["owner_path", "first_id"])
    op.create_index("evidenced_pair_second", "evidenced_pair", ["second_id"])
    op.create_table(
        "verification_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("identity", sa.LargeBinary(), nullable=False),
        sa.Column("told", sa.String(length=32), nullable=True),
        sa.Column("result", sa.String(length=32), nullable=True),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.ForeignKeyConstraint(["round_id"], ["verification_round.id"]),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("round_id", "row_no"),
        sa.UniqueConstraint("round_id", "student_id"),
    )
    op.create_index("verification_line_owner", "verification_line", ["owner_path", "id"])
    op.create_index("verification_line_student", "verification_line", ["student_id"])
    op.create_table(
        "problem_case",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("explanation", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"]),
        sa.PrimaryKeyConstraint("case_id"),
    )
    op.create_table(
        "problem_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), server_default="OPEN", nullable=False),
        sa.Column("auto", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column(
            "opened_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("settled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.ForeignKeyConstraint(["case_id"], ["problem_case.case_id"]),
        sa.ForeignKeyConstraint(["group_id"], ["problem_group.id"]),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("group_id", "student_id"),
    )
    op.create_index(
        "problem_item_case", "problem_item", ["case_id"], postgresql_where="case_id IS NOT NULL"
    )
    op.create_index(
        "problem_item_owner",
        "problem_item",
        ["owner_path", "id"],
        postgresql_where="state = 'OPEN'",
    )
    op.create_index("problem_item_student", "problem_item", ["student_id"])
    op.drop_constraint("key_change_line_case_id_fkey", "key_change_line", type_="foreignkey")
    op.create_foreign_key(
        "key_change_line_case_id_fkey", "key_change_line", "case_file", ["case_id"], ["id"]
    )
    op.add_column(
        "student",
        sa.Column(
            "name_key",
            sa.Text(collation="C"),
            sa.Computed(
                "upper(regexp_replace(normalize(name, NFKC), '[[:space:]·•・‧∙]', '', 'g'))",
                persisted=True,
            ),
            nullable=False,
        ),
    )
    op.add_column(
        "student",
        sa.Column("verification", sa.String(length=32), server_default="NONE", nullable=False),
    )
    op.add_column("student", sa.Column("verified_on", sa.Date(), nullable=True))
    op.add_column(
        "student",
        sa.Column("number_stuck", sa.Boolean(), server_default="false", nullable=False),
    )
    op.drop_index("student_nsb", table_name="student")
    op.create_index("student_nsb", "student", ["name_key", "gender", "birth_date"])
    op.create_index("student_sound", "student", ["birth_date", "name_pinyin"])
    op.create_index(
        "student_owner_verification",
        "student",
        ["owner_path", "verification", "number_kind", "status"],
    )
    op.create_index(
        "student_number_due",
        "student",
        ["id"],
        postgresql_where="verification = 'PASSED' AND number_kind <> 'G' AND NOT number_stuck",
    )
    for statement in (NUMBERS, TO_COMPARE, PULLS, PARTIES, TABS, AUX_ONCE, AUX):
        op.execute(statement)


def downgrade() -> None:
    op.drop_index("student_number_due", table_name="student")
    op.drop_index("student_owner_verification", table_name="student")
    op.drop_column("student", "number_stuck")
    op.drop_constraint("student_aux_number", "student")
    op.drop_index("student_sound", table_name="student")
    op.drop_index("student_nsb", table_name="student")
    op.create_index("student_nsb", "student", ["name", "gender", "birth_date"])
    op.drop_column("student", "verified_on")
    op.drop_column("student", "verification")
    op.drop_column("student", "name_key")
    op.drop_constraint("key_change_line_case_id_fkey", "key_change_line", type_="foreignkey")
    op.create_foreign_key(
        "key_change_line_case_id_fkey", "key_change_line", "key_change", ["case_id"], ["case_id"]
    )
    op.drop_index("problem_item_student", table_name="problem_item")
    op.drop_index(
        "problem_item_owner", table_name="problem_item", postgresql_where="state = 'OPEN'"
    )
    op.drop_index(
        "problem_item_case", table_name="problem_item", postgresql_where="case_id IS NOT NULL"
    )
    op.drop_table("problem_item")
    op.drop_table("problem_case")
    op.drop_index("verification_line_student", table_name="verification_line")
    op.drop_index("verification_line_owner", table_name="verification_line")
    op.drop_table("verification_line")
    op.drop_index("evidenced_pair_second", table_name="evidenced_pair")
    op.drop_index("evidenced_pair_owner", table_name="evidenced_pair")
    op.drop_table("evidenced_pair")
    op.drop_table("check_waiting")
    op.drop_index("expected_pupil_owner", table_name="expected_pupil")
    op.drop_table("expected_pupil")
    op.drop_index("verification_round_owner", table_name="verification_round")
    op.drop_table("verification_round")
    op.drop_index("expected_list_owner", table_name="expected_list")
    op.drop_table("expected_list")
    op.drop_index("aux_rule_owner", table_name="aux_rule")
    op.drop_index("aux_rule_organisation", table_name="aux_rule")
    op.drop_table("aux_rule")
    op.drop_table("problem_group")
    op.drop_table("issued_number")
