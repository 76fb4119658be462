"""Keep trust: credentials, groups and gifts, switches, who keeps a case, what keys once sealed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = depends_on = None

PATHS = """
UPDATE account SET owner_path = o.path FROM organisation o WHERE o.id = account.organisation_id;
UPDATE account_class SET owner_path = a.owner_path FROM account a
WHERE a.user_id = account_class.user_id;
"""


def upgrade() -> None:
    op.create_table(
        "key_check",
        sa.Column("key_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("rotating_since", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key_id"),
    )
    op.create_table(
        "user_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("is_synchronised", sa.Boolean(), server_default="false", nullable=False),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "created_by",
            sa.Integer(),
            server_default=sa.text("nullif(current_setting('app.actor', true), '')::int"),
            nullable=True,
        ),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("updated_by", sa.Integer(), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("organisation_id", "name"),
    )
    op.create_index(
        "user_group_one_synchronised",
        "user_group",
        ["organisation_id"],
        unique=True,
        postgresql_where="is_synchronised",
    )
    op.create_table(
        "account_right",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("given", sa.String(length=40), nullable=False),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["account.user_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", "given"),
    )
    op.create_table(
        "credential",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("password_set_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("temporary_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "past", postgresql.ARRAY(sa.String(length=256)), server_default="{}", nullable=False
        ),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("totp_confirmed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("totp_step", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "recovery", postgresql.ARRAY(sa.String(length=64)), server_default="{}", nullable=False
        ),
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
        "group_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.ForeignKeyConstraint(["group_id"], ["user_group.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["account.user_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("group_id", "user_id"),
    )
    op.create_index(op.f("ix_group_member_user_id"), "group_member", ["user_id"], unique=False)
    op.create_table(
        "group_right",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("given", sa.String(length=40), nullable=False),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.ForeignKeyConstraint(["group_id"], ["user_group.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("group_id", "given"),
    )
    op.create_table(
        "switch_value",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("is_binding", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
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
            "valid_to IS NULL OR valid_to >= valid_from", name="switch_value_period"
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
    op.create_index(
        "switch_value_organisation", "switch_value", ["organisation_id", "key", "id"], unique=False
    )
    op.create_index("switch_value_owner", "switch_value", ["owner_path", "id"], unique=False)
    op.add_column("account", sa.Column("phone", sa.LargeBinary(), nullable=True))
    op.add_column(
        "account",
        sa.Column(
            "closed_why",
            sa.Enum(
                "BY_HAND", "UNUSED", "UNCONFIRMED", name="closed", native_enum=False, length=32
            ),
            nullable=True,
        ),
    )
    op.add_column(
        "account",
        sa.Column(
            "source",
            sa.Enum("MANUAL", "WORKBOOK", name="source", native_enum=False, length=32),
            server_default="MANUAL",
            nullable=False,
        ),
    )
    op.add_column(
        "account", sa.Column("last_login_at", postgresql.TIMESTAMP(timezone=True), nullable=True)
    )
    op.add_column(
        "account",
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
    )
    op.add_column(
        "account",
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
    )
    op.add_column(
        "account",
        sa.Column(
            "created_by",
            sa.Integer(),
            server_default=sa.text("nullif(current_setting('app.actor', true), '')::int"),
            nullable=True,
        ),
    )
    op.add_column(
        "account", sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), nullable=True)
    )
    op.add_column("account", sa.Column("updated_by", sa.Integer(), nullable=True))
    op.add_column(
        "account", sa.Column("row_version", sa.Integer(), server_default="1", nullable=False)
    )
    op.create_index("account_owner", "account", ["owner_path", "user_id"], unique=False)
    op.add_column(
        "account_class",
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
    )
    op.create_index("audit_event_action", "audit_event", ["action", "id"], unique=False)
    op.create_index("audit_event_actor", "audit_event", ["actor", "id"], unique=False)
    op.create_index(
        "audit_event_object", "audit_event", ["object_type", "object_id", "id"], unique=False
    )
    op.add_column("case_file", sa.Column("keeper_id", sa.Integer(), nullable=True))
    op.create_foreign_key("case_file_keeper", "case_file", "account", ["keeper_id"], ["user_id"])
    op.execute(PATHS)


def downgrade() -> None:
    op.drop_column("case_file", "keeper_id")
    op.drop_index("audit_event_object", table_name="audit_event")
    op.drop_index("audit_event_actor", table_name="audit_event")
    op.drop_index("audit_event_action", table_name="audit_event")
    op.drop_column("account_class", "owner_path")
    op.drop_index("account_owner", table_name="account")
    op.drop_column("account", "row_version")
    op.drop_column("account", "updated_by")
    op.drop_column("account", "updated_at")
    op.drop_column("account", "created_by")
    op.drop_column("account", "created_at")
    op.drop_column("account", "owner_path")
    op.drop_column("account", "last_login_at")
    op.drop_column("account", "source")
    op.drop_column("account", "closed_why")
    op.drop_column("account", "phone")
    op.drop_index("switch_value_owner", table_name="switch_value")
    op.drop_index("switch_value_organisation", table_name="switch_value")
    op.drop_table("switch_value")
    op.drop_table("group_right")
    op.drop_index(op.f("ix_group_member_user_id"), table_name="group_member")
    op.drop_table("group_member")
    op.drop_table("credential")
    op.drop_table("account_right")
    op.drop_index(
        "user_group_one_synchronised", table_name="user_group", postgresql_where="is_synchronised"
    )
    op.drop_table("user_group")
    op.drop_table("key_check")
