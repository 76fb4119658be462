"""Every change has a case: movements, key data, evidence, notices, covers, and who was silent."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = depends_on = None

PULLS = """
UPDATE transfer SET pulls = true FROM case_file c WHERE c.id = case_id AND c.common_path = '/'
"""
OPEN, CLOSED = "closed_at IS NULL", "closed_at IS NOT NULL"
PARTIES = """
INSERT INTO case_party (case_id, organisation_id, due_on, closed_at)
SELECT DISTINCT c.id, one, c.due_on, c.closed_at FROM case_file c, LATERAL (
  SELECT unnest(ARRAY[c.awaiting_id, c.initiator_org_id])
  UNION ALL SELECT organisation_id FROM case_event WHERE case_id = c.id
  UNION ALL SELECT unnest(ARRAY[id, parent_id]) FROM organisation
  WHERE id IN (c.owner_id, c.receiving_id)) involved (one) WHERE one IS NOT NULL
"""


def upgrade() -> None:
    op.create_table(
        "field_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("use", sa.String(length=32), nullable=False),
        sa.Column("grade_code", sa.String(length=2), nullable=True),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
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
        sa.CheckConstraint(
            "(use = 'OPENED') = (grade_code IS NOT NULL)", name="field_choice_grade"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["set_by"],
            ["account.user_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("field_choice_organisation", "field_choice", ["organisation_id", "use", "id"])
    op.create_index("field_choice_owner", "field_choice", ["owner_path", "id"])
    op.create_table(
        "notice_seen",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["account.user_id"],
        ),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("page", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("asked", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["account.user_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", "page", "name"),
    )
    op.create_table(
        "substitution",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("absent_id", sa.Integer(), nullable=False),
        sa.Column("substitute_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column(
            "made_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.CheckConstraint("absent_id <> substitute_id", name="substitution_two"),
        sa.CheckConstraint("valid_to >= valid_from", name="substitution_period"),
        sa.ForeignKeyConstraint(
            ["absent_id"],
            ["account.user_id"],
        ),
        sa.ForeignKeyConstraint(
            ["ended_by"],
            ["account.user_id"],
        ),
        sa.ForeignKeyConstraint(
            ["made_by"],
            ["account.user_id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["substitute_id"],
            ["account.user_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("substitution_absent", "substitution", ["absent_id", "valid_to"])
    op.create_index("substitution_owner", "substitution", ["owner_path", "id"])
    op.create_index("substitution_substitute", "substitution", ["substitute_id", "valid_to"])
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64, collation="C"), nullable=False),
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
        sa.CheckConstraint("size > 0", name="attachment_size"),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by"],
            ["account.user_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("attachment_case", "attachment", ["case_id", "id"])
    op.create_index("attachment_owner", "attachment", ["owner_path", "id"])
    op.create_index(
        "attachment_tray", "attachment", ["uploaded_by", "id"], postgresql_where="case_id IS NULL"
    )
    op.create_table(
        "case_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column(
            "at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["account.user_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("case_comment_case", "case_comment", ["case_id", "id"])
    op.create_table(
        "key_change",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("reason_text", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_file.id"],
        ),
        sa.PrimaryKeyConstraint("case_id"),
    )
    op.create_table(
        "movement",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=4), nullable=True),
        sa.Column("reason_text", sa.String(length=500), nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("to_grade_id", sa.Integer(), nullable=True),
        sa.Column("to_class_id", sa.Integer(), nullable=True),
        sa.Column("left_grade_id", sa.Integer(), nullable=True),
        sa.Column("left_level", sa.Integer(), nullable=True),
        sa.CheckConstraint("(to_grade_id IS NULL) = (to_class_id IS NULL)", name="movement_target"),
        sa.CheckConstraint("until_on > happened_on", name="movement_period"),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["left_grade_id"],
            ["grade.id"],
        ),
        sa.ForeignKeyConstraint(
            ["to_class_id"],
            ["school_class.id"],
        ),
        sa.ForeignKeyConstraint(
            ["to_grade_id"],
            ["grade.id"],
        ),
        sa.PrimaryKeyConstraint("case_id"),
    )
    op.create_index(
        "movement_until", "movement", ["until_on"], postgresql_where="until_on IS NOT NULL"
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("case_version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column(
            "at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("organisation_id", "case_id", "case_version", "kind"),
    )
    op.create_index("notice_organisation", "notice", ["organisation_id", "id"])
    op.create_index("notice_owner", "notice", ["owner_path", "id"])
    op.create_table(
        "hook_delivery",
        sa.Column("event_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "next_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("delivered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("answer", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["case_event.id"],
        ),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_index(
        "hook_delivery_waiting",
        "hook_delivery",
        ["next_at"],
        postgresql_where="delivered_at IS NULL",
    )
    op.create_table(
        "key_change_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=True),
        sa.Column("after", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["key_change.case_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("case_id", "field"),
    )
    op.create_table(
        "job_remark",
        sa.Column("job_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["job.id"],
        ),
        sa.PrimaryKeyConstraint("job_id"),
    )
    op.add_column("case_event", sa.Column("for_user_id", sa.Integer(), nullable=True))
    op.add_column("case_event", sa.Column("silent_id", sa.Integer(), nullable=True))
    op.create_foreign_key("case_event_silent", "case_event", "organisation", ["silent_id"], ["id"])
    op.create_foreign_key(
        "case_event_for_user", "case_event", "account", ["for_user_id"], ["user_id"]
    )
    op.add_column("case_file", sa.Column("silent_id", sa.Integer(), nullable=True))
    op.add_column("case_file", sa.Column("variant", sa.String(length=32), nullable=True))
    op.create_foreign_key("case_file_silent", "case_file", "organisation", ["silent_id"], ["id"])
    op.add_column(
        "transfer", sa.Column("pulls", sa.Boolean(), server_default="false", nullable=False)
    )
    op.execute(PULLS)
    op.add_column("transfer", sa.Column("paper_sent_on", sa.Date(), nullable=True))
    op.add_column("transfer", sa.Column("paper_received_on", sa.Date(), nullable=True))
    _index_for_inbox()


def _index_for_inbox() -> None:
    """Lay down whom a case concerns, and the orders in which lists show cases."""
    op.create_table(
        "case_party",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("case_id", "organisation_id"),
    )
    op.execute(PARTIES)
    by_due = sa.text("due_on NULLS FIRST")
    ours = ["organisation_id", by_due, "case_id"]
    op.create_index("case_party_open", "case_party", ours, postgresql_where=OPEN)
    ended = ["organisation_id", "closed_at", "case_id"]
    op.create_index("case_party_closed", "case_party", ended, postgresql_where=CLOSED)
    op.drop_index("case_inbox", table_name="case_file")
    desk = ["awaiting_path", "awaiting_office", by_due, "id"]
    op.create_index("case_inbox", "case_file", desk, postgresql_where=OPEN)
    op.create_index(
        "case_lying",
        "case_file",
        ["awaiting_path", "due_on", "kind"],
        postgresql_include=["owner_path", "receiving_path", "common_path"],
        postgresql_where=OPEN,
    )
    op.create_index(
        "case_keeper",
        "case_file",
        ["keeper_id", "id"],
        postgresql_where="keeper_id IS NOT NULL",
    )
    silent = "silent_id IS NOT NULL AND closed_at IS NULL"
    op.create_index("case_silent", "case_file", ["step_since"], postgresql_where=silent)


def downgrade() -> None:
    op.drop_index("case_silent", table_name="case_file")
    op.drop_index("case_keeper", table_name="case_file")
    op.drop_index("case_lying", table_name="case_file")
    op.drop_index("case_inbox", table_name="case_file")
    desk = ["awaiting_path", "awaiting_office", "due_on", "id"]
    op.create_index("case_inbox", "case_file", desk, postgresql_where=OPEN)
    op.drop_table("case_party")
    op.drop_column("transfer", "paper_received_on")
    op.drop_column("transfer", "paper_sent_on")
    op.drop_column("transfer", "pulls")
    op.drop_constraint("case_file_silent", "case_file", type_="foreignkey")
    op.drop_column("case_file", "variant")
    op.drop_column("case_file", "silent_id")
    op.drop_constraint("case_event_for_user", "case_event", type_="foreignkey")
    op.drop_constraint("case_event_silent", "case_event", type_="foreignkey")
    op.drop_column("case_event", "silent_id")
    op.drop_column("case_event", "for_user_id")
    op.drop_table("job_remark")
    op.drop_table("key_change_line")
    op.drop_index(
        "hook_delivery_waiting", table_name="hook_delivery", postgresql_where="delivered_at IS NULL"
    )
    op.drop_table("hook_delivery")
    op.drop_index("notice_owner", table_name="notice")
    op.drop_index("notice_organisation", table_name="notice")
    op.drop_table("notice")
    op.drop_table("movement")
    op.drop_table("key_change")
    op.drop_index("case_comment_case", table_name="case_comment")
    op.drop_table("case_comment")
    op.drop_index("attachment_tray", table_name="attachment", postgresql_where="case_id IS NULL")
    op.drop_index("attachment_owner", table_name="attachment")
    op.drop_index("attachment_case", table_name="attachment")
    op.drop_table("attachment")
    op.drop_index("substitution_substitute", table_name="substitution")
    op.drop_index("substitution_owner", table_name="substitution")
    op.drop_index("substitution_absent", table_name="substitution")
    op.drop_table("substitution")
    op.drop_table("saved_filter")
    op.drop_table("notice_seen")
    op.drop_index("field_choice_owner", table_name="field_choice")
    op.drop_index("field_choice_organisation", table_name="field_choice")
    op.drop_table("field_choice")
