"""Lay the registry: every table of the first day, and Flask-AppBuilder's own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = depends_on = None


def upgrade() -> None:
    op.create_table(
        "ab_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("label", sa.String(length=150), nullable=True),
        sa.Column("description", sa.String(length=512), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "ab_permission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "ab_register_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_name", sa.String(length=64), nullable=False),
        sa.Column("last_name", sa.String(length=64), nullable=False),
        sa.Column("username", sa.String(length=128), nullable=False),
        sa.Column("password", sa.String(length=256), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("registration_date", sa.DateTime(), nullable=True),
        sa.Column("registration_hash", sa.String(length=256), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
        sa.UniqueConstraint("username"),
    )
    op.create_table(
        "ab_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "ab_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_name", sa.String(length=64), nullable=False),
        sa.Column("last_name", sa.String(length=64), nullable=False),
        sa.Column("username", sa.String(length=128), nullable=False),
        sa.Column("password", sa.String(length=256), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("last_login", sa.DateTime(), nullable=True),
        sa.Column("login_count", sa.Integer(), nullable=True),
        sa.Column("fail_login_count", sa.Integer(), nullable=True),
        sa.Column("created_on", sa.DateTime(), nullable=True),
        sa.Column("changed_on", sa.DateTime(), nullable=True),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by_fk"],
            ["ab_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["created_by_fk"],
            ["ab_user.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
        sa.UniqueConstraint("username"),
    )
    op.create_table(
        "ab_view_menu",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "audit_event",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column(
            "at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("actor", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("object_type", sa.String(length=40), nullable=True),
        sa.Column("object_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "details", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("ip", sa.String(length=45), nullable=True),
        sa.Column("seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("hash", sa.LargeBinary(), server_default="", nullable=False),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("owner_path", "seq"),
    )
    op.create_index("audit_event_owner", "audit_event", ["owner_path", "id"], unique=False)
    op.create_table(
        "audit_head",
        sa.Column("path", sa.String(length=80, collation="C"), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("path"),
    )
    op.create_table(
        "code_value",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(length=40, collation="C"), nullable=False),
        sa.Column("code", sa.String(length=20, collation="C"), nullable=False),
        sa.Column("name_zh", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("extras", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("disabled_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("table_name", "code"),
    )
    op.create_table(
        "division",
        sa.Column("code", sa.String(length=12, collation="C"), nullable=False),
        sa.Column("name_zh", sa.String(length=80, collation="C"), nullable=False),
        sa.Column("full_name", sa.String(length=160), nullable=False),
        sa.Column("level", sa.String(length=24), nullable=False),
        sa.Column("parent", sa.String(length=12, collation="C"), nullable=True),
        sa.Column("statistical_zone", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("disabled_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_index("division_name", "division", ["name_zh"], unique=False)
    op.create_index("division_parent", "division", ["parent"], unique=False)
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12, collation="C"), nullable=False),
        sa.Column("name", sa.String(length=80, collation="C"), nullable=False),
        sa.Column(
            "tier",
            sa.Enum(
                "MINISTRY",
                "PROVINCE",
                "CITY",
                "COUNTY",
                "SCHOOL",
                name="tier",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("path", sa.String(length=80, collation="C"), nullable=False),
        sa.CheckConstraint("(tier = 'MINISTRY') = (parent_id IS NULL)", name="organisation_parent"),
        sa.CheckConstraint("path ~ '^/([0-9A-Z]+/)*$'", name="organisation_path"),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
        sa.UniqueConstraint("path"),
    )
    op.create_index(op.f("ix_organisation_parent_id"), "organisation", ["parent_id"], unique=False)
    op.create_table(
        "pulse",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("seen_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "row_history",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column(
            "at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("table_name", sa.String(length=40), nullable=False),
        sa.Column("row_id", sa.BigInteger(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=80), nullable=True),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_row_history_student_id"), "row_history", ["student_id"], unique=False)
    op.create_index("row_history_owner", "row_history", ["owner_path", "id"], unique=False)
    op.create_index("row_history_row", "row_history", ["table_name", "row_id"], unique=False)
    op.create_table(
        "ab_api_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("key_hash", sa.String(length=256), nullable=False),
        sa.Column("lookup_hash", sa.String(length=256), nullable=True),
        sa.Column("key_prefix", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_on", sa.DateTime(), nullable=True),
        sa.Column("expires_on", sa.DateTime(), nullable=True),
        sa.Column("revoked_on", sa.DateTime(), nullable=True),
        sa.Column("last_used_on", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("lookup_hash"),
        sa.UniqueConstraint("uuid"),
    )
    op.create_index("idx_api_key_lookup_hash", "ab_api_key", ["lookup_hash"], unique=True)
    op.create_index("idx_api_key_prefix", "ab_api_key", ["key_prefix"], unique=False)
    op.create_index("idx_api_key_user_id", "ab_api_key", ["user_id"], unique=False)
    op.create_table(
        "ab_group_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("role_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["group_id"], ["ab_group.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["role_id"], ["ab_role.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("group_id", "role_id"),
    )
    op.create_index("idx_group_id", "ab_group_role", ["group_id"], unique=False)
    op.create_index("idx_group_role_id", "ab_group_role", ["role_id"], unique=False)
    op.create_table(
        "ab_permission_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("permission_id", sa.Integer(), nullable=False),
        sa.Column("view_menu_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["permission_id"],
            ["ab_permission.id"],
        ),
        sa.ForeignKeyConstraint(
            ["view_menu_id"],
            ["ab_view_menu.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("permission_id", "view_menu_id"),
    )
    op.create_index("idx_permission_id", "ab_permission_view", ["permission_id"], unique=False)
    op.create_index("idx_view_menu_id", "ab_permission_view", ["view_menu_id"], unique=False)
    op.create_table(
        "ab_user_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["group_id"], ["ab_group.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", "group_id"),
    )
    op.create_index("idx_user_group_id", "ab_user_group", ["group_id"], unique=False)
    op.create_index("idx_user_id", "ab_user_group", ["user_id"], unique=False)
    op.create_table(
        "ab_user_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("role_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["role_id"], ["ab_role.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", "role_id"),
    )
    op.create_table(
        "account",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=4), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("must_change_password", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("session_epoch", sa.Integer(), server_default="0", nullable=False),
        sa.Column("language", sa.String(length=4), server_default="zh", nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["ab_user.id"],
        ),
        sa.PrimaryKeyConstraint("user_id"),
        sa.UniqueConstraint("login"),
    )
    op.create_index(
        "account_one_registrar",
        "account",
        ["organisation_id"],
        unique=True,
        postgresql_where="role = 'SR' AND enabled",
    )
    op.create_index(
        op.f("ix_account_organisation_id"), "account", ["organisation_id"], unique=False
    )
    op.create_table(
        "school",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territorial_id", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=4), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("urban_rural", sa.String(length=4), nullable=False),
        sa.Column("organizer", sa.String(length=4), nullable=True),
        sa.Column("years_primary", sa.Integer(), nullable=True),
        sa.Column("years_junior", sa.Integer(), nullable=True),
        sa.Column("years_senior", sa.Integer(), nullable=True),
        sa.Column("name_en", sa.String(length=180), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("head_name", sa.String(length=40), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("fax", sa.String(length=20), nullable=True),
        sa.Column("postcode", sa.String(length=6), nullable=True),
        sa.Column("email", sa.String(length=80), nullable=True),
        sa.Column("website", sa.String(length=80), nullable=True),
        sa.Column("founded", sa.String(length=10), nullable=True),
        sa.Column(
            "state",
            sa.Enum("ACTIVE", "CLOSED", name="schoolstate", native_enum=False, length=32),
            server_default="ACTIVE",
            nullable=False,
        ),
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
        sa.CheckConstraint("postcode ~ '^[0-9]{6}$'", name="school_postcode"),
        sa.CheckConstraint("years_junior BETWEEN 3 AND 4", name="school_years_junior"),
        sa.CheckConstraint("years_primary BETWEEN 5 AND 6", name="school_years_primary"),
        sa.CheckConstraint("years_senior = 3", name="school_years_senior"),
        sa.ForeignKeyConstraint(
            ["id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["territorial_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("school_owner", "school", ["owner_path"], unique=False)
    op.create_table(
        "ab_permission_view_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("permission_view_id", sa.Integer(), nullable=True),
        sa.Column("role_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["permission_view_id"], ["ab_permission_view.id"], ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["role_id"], ["ab_role.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("permission_view_id", "role_id"),
    )
    op.create_index(
        "idx_permission_view_id", "ab_permission_view_role", ["permission_view_id"], unique=False
    )
    op.create_index("idx_role_id", "ab_permission_view_role", ["role_id"], unique=False)
    op.create_table(
        "campus",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("head_name", sa.String(length=40), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("serial_from", sa.Integer(), nullable=False),
        sa.Column("serial_to", sa.Integer(), nullable=False),
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
        sa.CheckConstraint("serial_from BETWEEN 1 AND serial_to", name="campus_from"),
        sa.CheckConstraint("serial_to <= 99", name="campus_to"),
        sa.ForeignKeyConstraint(
            ["school_id"],
            ["school.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("id", "school_id"),
        sa.UniqueConstraint("school_id", "number"),
    )
    op.create_index("campus_owner", "campus", ["owner_path"], unique=False)
    op.create_table(
        "grade",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum("PRIMARY", "JUNIOR", "SENIOR", name="stage", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("entry_year", sa.Integer(), nullable=False),
        sa.Column("years", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "IN_USE", "OVER_STAGE", "GRADUATED", name="gradestate", native_enum=False, length=32
            ),
            server_default="IN_USE",
            nullable=False,
        ),
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
        sa.CheckConstraint("entry_year BETWEEN 1980 AND 2100", name="grade_entry_year"),
        sa.CheckConstraint("level BETWEEN 1 AND years", name="grade_level"),
        sa.ForeignKeyConstraint(
            ["school_id"],
            ["school.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("id", "school_id"),
        sa.UniqueConstraint("school_id", "stage", "entry_year"),
        postgresql_with={"fillfactor": "50"},
    )
    op.create_index("grade_owner", "grade", ["owner_path", "stage", "entry_year"], unique=False)
    op.create_table(
        "import_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "PENDING",
                "CHECKING",
                "PREVIEW",
                "COMMITTING",
                "COMMITTED",
                "DISCARDED",
                "FAILED",
                name="batchstate",
                native_enum=False,
                length=32,
            ),
            server_default="PENDING",
            nullable=False,
        ),
        sa.Column("failure", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("new", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refused", sa.Integer(), server_default="0", nullable=False),
        sa.Column("warned", sa.Integer(), server_default="0", nullable=False),
        sa.Column("checked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("committed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
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
        sa.ForeignKeyConstraint(
            ["school_id"],
            ["school.id"],
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by"],
            ["account.user_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("import_batch_digest", "import_batch", ["school_id", "sha256"], unique=False)
    op.create_index("import_batch_owner", "import_batch", ["owner_path", "id"], unique=False)
    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column(
            "args", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("key", sa.String(length=120), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "QUEUED",
                "RUNNING",
                "DONE",
                "FAILED",
                "CANCELLED",
                name="jobstate",
                native_enum=False,
                length=32,
            ),
            server_default="QUEUED",
            nullable=False,
        ),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column(
            "run_after",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("sent_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("lease_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("worker", sa.String(length=120), nullable=True),
        sa.Column("fence", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cancel_asked", sa.Boolean(), server_default="false", nullable=False),
        sa.Column(
            "checkpoint",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="{}",
            nullable=False,
        ),
        sa.Column("progress", sa.Integer(), server_default="0", nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("error", sa.String(length=2000), nullable=True),
        sa.Column(
            "asked_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.CheckConstraint("(state = 'RUNNING') = (lease_until IS NOT NULL)", name="job_leased"),
        sa.CheckConstraint(
            "(state IN ('DONE', 'FAILED', 'CANCELLED')) = (ended_at IS NOT NULL)", name="job_ended"
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"],
            ["account.user_id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("job_owner", "job", ["owner_path", "id"], unique=False)
    op.create_index(
        "job_queued", "job", ["run_after"], unique=False, postgresql_where="state = 'QUEUED'"
    )
    op.create_index(
        "job_running", "job", ["lease_until"], unique=False, postgresql_where="state = 'RUNNING'"
    )
    op.create_table(
        "promotion_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "REHEARSED",
                "ASKED",
                "RUNNING",
                "DONE",
                "UNDONE",
                "EXPIRED",
                name="runstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "rehearsed_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("rehearsed_by", sa.Integer(), nullable=True),
        sa.Column("summary", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("asked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.CheckConstraint("confirmed_by <> asked_by", name="promotion_run_two_persons"),
        sa.ForeignKeyConstraint(
            ["rehearsed_by"],
            ["account.user_id"],
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"],
            ["account.user_id"],
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"],
            ["account.user_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "promotion_run_one_live",
        "promotion_run",
        ["authority_id", "year"],
        unique=True,
        postgresql_where="state IN ('ASKED', 'RUNNING')",
    )
    op.create_index("promotion_run_owner", "promotion_run", ["owner_path", "id"], unique=False)
    op.create_table(
        "import_guardian",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.Column("name", sa.String(length=80, collation="C"), nullable=False),
        sa.Column("relation", sa.String(length=4, collation="C"), nullable=False),
        sa.Column("relation_note", sa.String(length=40), nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("hukou_division", sa.String(length=12), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("is_guardian", sa.Boolean(), nullable=False),
        sa.Column("id_type", sa.String(length=4, collation="C"), nullable=True),
        sa.Column("id_number", sa.LargeBinary(), nullable=True),
        sa.Column("ethnic", sa.String(length=4, collation="C"), nullable=True),
        sa.Column("employer", sa.String(length=60), nullable=True),
        sa.Column("post", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("batch_id", "row_no", "ordinal"),
    )
    op.create_index(
        "import_guardian_owner", "import_guardian", ["owner_path", "batch_id"], unique=False
    )
    op.create_table(
        "import_problem",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("heading", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column(
            "severity",
            sa.Enum("ERROR", "WARNING", name="severity", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("value", sa.String(length=120), nullable=True),
        sa.Column("params", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "import_problem_owner", "import_problem", ["owner_path", "batch_id", "row_no"], unique=False
    )
    op.create_table(
        "import_row",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum("NEW", "REFUSED", name="verdict", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("class_number", sa.String(length=7), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.Column("grade_id", sa.Integer(), nullable=True),
        sa.Column("student_id", sa.Integer(), nullable=True),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.Column("name", sa.String(length=80, collation="C"), nullable=False),
        sa.Column("gender", sa.String(length=1, collation="C"), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("birthplace", sa.String(length=12), nullable=False),
        sa.Column("native_place", sa.String(length=60), nullable=False),
        sa.Column("ethnic", sa.String(length=4, collation="C"), nullable=False),
        sa.Column("nationality", sa.String(length=4, collation="C"), nullable=False),
        sa.Column("id_type", sa.String(length=4, collation="C"), nullable=False),
        sa.Column("id_number", sa.LargeBinary(), nullable=True),
        sa.Column("id_digest", sa.LargeBinary(), nullable=True),
        sa.Column("overseas_status", sa.String(length=4, collation="C"), nullable=False),
        sa.Column("political", sa.String(length=4, collation="C"), nullable=True),
        sa.Column("health", sa.String(length=4, collation="C"), nullable=False),
        sa.Column("name_pinyin", sa.String(length=80), nullable=True),
        sa.Column("former_name", sa.String(length=40), nullable=True),
        sa.Column("id_validity", sa.String(length=30), nullable=True),
        sa.Column("hukou_division", sa.String(length=12), nullable=False),
        sa.Column("hukou_type", sa.String(length=4, collation="C"), nullable=False),
        sa.Column("talent", sa.String(length=100), nullable=True),
        sa.Column("aux_number", sa.String(length=30), nullable=True),
        sa.Column("seat_no", sa.Integer(), nullable=True),
        sa.Column("entry_ym", sa.String(length=6), nullable=False),
        sa.Column("entry_method", sa.String(length=4, collation="C"), nullable=False),
        sa.Column("attendance", sa.String(length=4, collation="C"), nullable=False),
        sa.Column("source", sa.String(length=4, collation="C"), nullable=True),
        sa.Column("address_now", sa.LargeBinary(), nullable=False),
        sa.Column("address_mail", sa.LargeBinary(), nullable=False),
        sa.Column("address_home", sa.LargeBinary(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("postcode", sa.String(length=6), nullable=False),
        sa.Column("email", sa.String(length=80), nullable=True),
        sa.Column("homepage", sa.String(length=120), nullable=True),
        sa.Column("only_child", sa.Boolean(), nullable=False),
        sa.Column("preschool", sa.Boolean(), nullable=False),
        sa.Column("left_behind", sa.String(length=4, collation="C"), nullable=True),
        sa.Column("migrant_child", sa.Boolean(), nullable=True),
        sa.Column("orphan", sa.Boolean(), nullable=False),
        sa.Column("martyr_child", sa.Boolean(), nullable=False),
        sa.Column("mainstreaming", sa.String(length=4, collation="C"), nullable=True),
        sa.Column("disability", sa.String(length=4, collation="C"), nullable=True),
        sa.Column("bought_place", sa.Boolean(), nullable=False),
        sa.Column("needs_aid", sa.Boolean(), nullable=False),
        sa.Column("gets_subsidy", sa.Boolean(), nullable=False),
        sa.Column("commute_km", sa.Numeric(precision=5, scale=1), nullable=False),
        sa.Column("commute_mode", sa.String(length=4, collation="C"), nullable=False),
        sa.Column("needs_bus", sa.Boolean(), nullable=False),
        sa.Column("remark", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("batch_id", "row_no"),
    )
    op.create_index("import_row_digest", "import_row", ["batch_id", "id_digest"], unique=False)
    op.create_index("import_row_owner", "import_row", ["owner_path", "batch_id"], unique=False)
    op.create_table(
        "promotion_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("moved_grades", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("opened_grades", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ended_grades", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("stayed_grades", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("moved_pupils", sa.Integer(), nullable=False),
        sa.Column("stayed_pupils", sa.Integer(), nullable=False),
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
            ["run_id"],
            ["promotion_run.id"],
        ),
        sa.ForeignKeyConstraint(
            ["school_id"],
            ["school.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("school_id", "year"),
    )
    op.create_index(
        "promotion_result_owner", "promotion_result", ["owner_path", "year"], unique=False
    )
    op.create_index("promotion_result_run", "promotion_result", ["run_id"], unique=False)
    op.create_table(
        "school_class",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("grade_id", sa.Integer(), nullable=False),
        sa.Column("campus_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(length=7, collation="C"), nullable=False),
        sa.Column("name", sa.String(length=80, collation="C"), nullable=False),
        sa.Column("type", sa.String(length=4), nullable=False),
        sa.Column("head_teacher", sa.String(length=40), nullable=True),
        sa.Column("size_limit", sa.Integer(), nullable=True),
        sa.Column("multigrade", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("bilingual", sa.Boolean(), server_default="false", nullable=False),
        sa.Column(
            "state",
            sa.Enum("IN_USE", "MERGED", "CLOSED", name="classstate", native_enum=False, length=32),
            server_default="IN_USE",
            nullable=False,
        ),
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
        sa.CheckConstraint("number ~ '^\\d{4}[123](0[1-9]|[1-9]\\d)$'", name="school_class_number"),
        sa.CheckConstraint("size_limit > 0", name="school_class_size"),
        sa.ForeignKeyConstraint(
            ["campus_id", "school_id"],
            ["campus.id", "campus.school_id"],
        ),
        sa.ForeignKeyConstraint(
            ["grade_id", "school_id"],
            ["grade.id", "grade.school_id"],
        ),
        sa.ForeignKeyConstraint(
            ["school_id"],
            ["school.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("id", "school_id", "grade_id"),
        sa.UniqueConstraint("school_id", "number"),
    )
    op.create_index("school_class_grade", "school_class", ["grade_id"], unique=False)
    op.create_index("school_class_owner", "school_class", ["owner_path", "number"], unique=False)
    op.create_table(
        "account_class",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["class_id"],
            ["school_class.id"],
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["account.user_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", "class_id"),
    )
    op.create_index(op.f("ix_account_class_class_id"), "account_class", ["class_id"], unique=False)
    op.create_table(
        "headcount",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("grade_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.Column("gender", sa.String(length=1), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["class_id"],
            ["school_class.id"],
        ),
        sa.ForeignKeyConstraint(
            ["grade_id"],
            ["grade.id"],
        ),
        sa.ForeignKeyConstraint(
            ["school_id"],
            ["school.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "grade_id", "class_id", "gender", "status", postgresql_nulls_not_distinct=True
        ),
    )
    op.create_index("headcount_class", "headcount", ["class_id"], unique=False)
    op.create_index("headcount_owner", "headcount", ["owner_path"], unique=False)
    op.create_table(
        "student",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("grade_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "PENDING_REGISTRATION",
                "IN_SCHOOL",
                "SUSPENDED",
                "MISSING",
                "SUSPECTED_DROPOUT",
                "DROPPED_OUT",
                "WITHDRAWN",
                "EXPELLED",
                "ABROAD",
                "DECEASED",
                "OTHER_LEAVE",
                "GRADUATED",
                "COMPLETED",
                "DELETED",
                name="status",
                native_enum=False,
                length=32,
            ),
            server_default="PENDING_REGISTRATION",
            nullable=False,
        ),
        sa.Column(
            "problem_flag",
            sa.Enum(
                "NONE",
                "OPEN",
                "IN_PROCESS",
                "RESOLVED",
                name="problemflag",
                native_enum=False,
                length=32,
            ),
            server_default="NONE",
            nullable=False,
        ),
        sa.Column("number", sa.LargeBinary(), nullable=True),
        sa.Column("number_digest", sa.LargeBinary(), nullable=True),
        sa.Column(
            "number_kind",
            sa.Enum("G", "J", "L", name="numberkind", native_enum=False, length=32),
            nullable=True,
        ),
        sa.Column("import_batch_id", sa.Integer(), nullable=True),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.Column("name", sa.String(length=80, collation="C"), nullable=False),
        sa.Column("gender", sa.String(length=1, collation="C"), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("birthplace", sa.String(length=12), nullable=False),
        sa.Column("native_place", sa.String(length=60), nullable=False),
        sa.Column("ethnic", sa.String(length=4, collation="C"), nullable=False),
        sa.Column("nationality", sa.String(length=4, collation="C"), nullable=False),
        sa.Column("id_type", sa.String(length=4, collation="C"), nullable=False),
        sa.Column("id_number", sa.LargeBinary(), nullable=True),
        sa.Column("id_digest", sa.LargeBinary(), nullable=True),
        sa.Column("overseas_status", sa.String(length=4, collation="C"), nullable=False),
        sa.Column("political", sa.String(length=4, collation="C"), nullable=True),
        sa.Column("health", sa.String(length=4, collation="C"), nullable=False),
        sa.Column("name_pinyin", sa.String(length=80), nullable=True),
        sa.Column("former_name", sa.String(length=40), nullable=True),
        sa.Column("id_validity", sa.String(length=30), nullable=True),
        sa.Column("hukou_division", sa.String(length=12), nullable=False),
        sa.Column("hukou_type", sa.String(length=4, collation="C"), nullable=False),
        sa.Column("talent", sa.String(length=100), nullable=True),
        sa.Column("aux_number", sa.String(length=30), nullable=True),
        sa.Column("seat_no", sa.Integer(), nullable=True),
        sa.Column("entry_ym", sa.String(length=6), nullable=False),
        sa.Column("entry_method", sa.String(length=4, collation="C"), nullable=False),
        sa.Column("attendance", sa.String(length=4, collation="C"), nullable=False),
        sa.Column("source", sa.String(length=4, collation="C"), nullable=True),
        sa.Column("address_now", sa.LargeBinary(), nullable=False),
        sa.Column("address_mail", sa.LargeBinary(), nullable=False),
        sa.Column("address_home", sa.LargeBinary(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("postcode", sa.String(length=6), nullable=False),
        sa.Column("email", sa.String(length=80), nullable=True),
        sa.Column("homepage", sa.String(length=120), nullable=True),
        sa.Column("only_child", sa.Boolean(), nullable=False),
        sa.Column("preschool", sa.Boolean(), nullable=False),
        sa.Column("left_behind", sa.String(length=4, collation="C"), nullable=True),
        sa.Column("migrant_child", sa.Boolean(), nullable=True),
        sa.Column("orphan", sa.Boolean(), nullable=False),
        sa.Column("martyr_child", sa.Boolean(), nullable=False),
        sa.Column("mainstreaming", sa.String(length=4, collation="C"), nullable=True),
        sa.Column("disability", sa.String(length=4, collation="C"), nullable=True),
        sa.Column("bought_place", sa.Boolean(), nullable=False),
        sa.Column("needs_aid", sa.Boolean(), nullable=False),
        sa.Column("gets_subsidy", sa.Boolean(), nullable=False),
        sa.Column("commute_km", sa.Numeric(precision=5, scale=1), nullable=False),
        sa.Column("commute_mode", sa.String(length=4, collation="C"), nullable=False),
        sa.Column("needs_bus", sa.Boolean(), nullable=False),
        sa.Column("remark", sa.String(length=500), nullable=True),
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
        sa.CheckConstraint("gender IN ('1', '2')", name="student_gender"),
        sa.CheckConstraint(
            "status <> 'IN_SCHOOL' OR number_digest IS NOT NULL",
            name="student_in_school_has_number",
        ),
        sa.CheckConstraint(
            "(number_digest IS NULL) = (number_kind IS NULL)", name="student_number"
        ),
        sa.CheckConstraint("commute_km >= 0", name="student_commute"),
        sa.CheckConstraint("seat_no > 0", name="student_seat"),
        sa.ForeignKeyConstraint(
            ["class_id", "school_id", "grade_id"],
            ["school_class.id", "school_class.school_id", "school_class.grade_id"],
        ),
        sa.ForeignKeyConstraint(
            ["grade_id", "school_id"],
            ["grade.id", "grade.school_id"],
        ),
        sa.ForeignKeyConstraint(
            ["import_batch_id"],
            ["import_batch.id"],
        ),
        sa.ForeignKeyConstraint(
            ["school_id"],
            ["school.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number_digest"),
    )
    op.create_index(
        "student_batch",
        "student",
        ["import_batch_id"],
        unique=False,
        postgresql_where="import_batch_id IS NOT NULL",
    )
    op.create_index("student_class", "student", ["class_id", "seat_no"], unique=False)
    op.create_index("student_grade", "student", ["grade_id", "status"], unique=False)
    op.create_index("student_id_digest", "student", ["id_digest"], unique=False)
    op.create_index("student_name", "student", ["name", "id"], unique=False)
    op.create_index("student_nsb", "student", ["name", "gender", "birth_date"], unique=False)
    op.create_index("student_owner", "student", ["owner_path", "id"], unique=False)
    op.create_index("student_owner_name", "student", ["owner_path", "name"], unique=False)
    op.create_index(
        "student_owner_problem",
        "student",
        ["owner_path", "id"],
        unique=False,
        postgresql_where="problem_flag <> 'NONE'",
    )
    op.create_index("student_owner_status", "student", ["owner_path", "status"], unique=False)
    op.create_table(
        "case_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("REGISTRATION", "TRANSFER", name="casekind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("receiving_id", sa.Integer(), nullable=True),
        sa.Column("awaiting_id", sa.Integer(), nullable=True),
        sa.Column("awaiting_office", sa.String(length=16), nullable=True),
        sa.Column("receiving_path", sa.String(length=80, collation="C"), nullable=True),
        sa.Column("awaiting_path", sa.String(length=80, collation="C"), nullable=True),
        sa.Column(
            "common_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("initiator_id", sa.Integer(), nullable=False),
        sa.Column("initiator_org_id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column(
            "opened_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "step_since",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("snapshot", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (awaiting_id IS NOT NULL)", name="case_file_open"
        ),
        sa.ForeignKeyConstraint(
            ["awaiting_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["import_batch.id"],
        ),
        sa.ForeignKeyConstraint(
            ["initiator_id"],
            ["account.user_id"],
        ),
        sa.ForeignKeyConstraint(
            ["initiator_org_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["receiving_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["student.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "case_batch",
        "case_file",
        ["batch_id"],
        unique=False,
        postgresql_where="batch_id IS NOT NULL",
    )
    op.create_index("case_common", "case_file", ["common_path", "id"], unique=False)
    op.create_index(
        "case_inbox",
        "case_file",
        ["awaiting_path", "awaiting_office", "due_on", "id"],
        unique=False,
        postgresql_where="closed_at IS NULL",
    )
    op.create_index("case_initiator", "case_file", ["initiator_id", "id"], unique=False)
    op.create_index(
        "case_one_open",
        "case_file",
        ["student_id"],
        unique=True,
        postgresql_where="closed_at IS NULL",
    )
    op.create_index("case_owner", "case_file", ["owner_path", "id"], unique=False)
    op.create_index("case_receiving", "case_file", ["receiving_path", "id"], unique=False)
    op.create_index("case_student", "case_file", ["student_id"], unique=False)
    op.create_table(
        "guardian",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.Column("name", sa.String(length=80, collation="C"), nullable=False),
        sa.Column("relation", sa.String(length=4, collation="C"), nullable=False),
        sa.Column("relation_note", sa.String(length=40), nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("hukou_division", sa.String(length=12), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("is_guardian", sa.Boolean(), nullable=False),
        sa.Column("id_type", sa.String(length=4, collation="C"), nullable=True),
        sa.Column("id_number", sa.LargeBinary(), nullable=True),
        sa.Column("ethnic", sa.String(length=4, collation="C"), nullable=True),
        sa.Column("employer", sa.String(length=60), nullable=True),
        sa.Column("post", sa.String(length=60), nullable=True),
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
        sa.CheckConstraint(
            "relation <> '97' OR relation_note IS NOT NULL", name="guardian_relation_note"
        ),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("guardian_owner", "guardian", ["owner_path", "student_id"], unique=False)
    op.create_index("guardian_student", "guardian", ["student_id"], unique=False)
    op.create_table(
        "number_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("number_digest", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(length=4, collation="C"), nullable=False),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["student.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number_digest"),
    )
    op.create_index(
        "number_history_owner", "number_history", ["owner_path", "student_id"], unique=False
    )
    op.create_table(
        "case_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("case_version", sa.Integer(), nullable=False),
        sa.Column(
            "at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "decision",
            sa.Enum(
                "SUBMIT",
                "AGREE",
                "DISAGREE",
                "RETURN",
                "WITHDRAW",
                "CLEAN",
                "INTERVENE",
                "REPORT",
                "PULL",
                name="decision",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("from_state", sa.String(length=32), nullable=False),
        sa.Column("to_state", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=4), nullable=False),
        sa.Column("remark", sa.String(length=500), nullable=True),
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
        sa.UniqueConstraint("case_id", "case_version"),
    )
    op.create_index(
        "case_event_organisation", "case_event", ["organisation_id", "id"], unique=False
    )
    op.create_index("case_event_user", "case_event", ["user_id", "id"], unique=False)
    op.create_table(
        "enrolment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "pupil_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("grade_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.Column("grade_code", sa.String(length=2), nullable=True),
        sa.Column("class_name", sa.String(length=80, collation="C"), nullable=True),
        sa.Column(
            "start_kind",
            sa.Enum(
                "ADMITTED",
                "RESUMED",
                "TRANSFERRED_IN",
                name="startkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("start_case_id", sa.Integer(), nullable=True),
        sa.Column(
            "end_kind",
            sa.Enum(
                "GRADUATED",
                "COMPLETED",
                "SUSPENDED",
                "WITHDREW",
                "EXPELLED",
                "DIED",
                "TRANSFERRED_OUT",
                "DROPPED_OUT",
                name="endkind",
                native_enum=False,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_case_id", sa.Integer(), nullable=True),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.CheckConstraint("(ended_on IS NULL) = (end_kind IS NULL)", name="enrolment_end"),
        sa.CheckConstraint("ended_on >= started_on", name="enrolment_order"),
        sa.ForeignKeyConstraint(
            ["class_id"],
            ["school_class.id"],
        ),
        sa.ForeignKeyConstraint(
            ["end_case_id"],
            ["case_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["grade_id", "school_id"],
            ["grade.id", "grade.school_id"],
        ),
        sa.ForeignKeyConstraint(
            ["school_id"],
            ["school.id"],
        ),
        sa.ForeignKeyConstraint(
            ["start_case_id"],
            ["case_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["student.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "enrolment_current",
        "enrolment",
        ["student_id"],
        unique=True,
        postgresql_where="ended_on IS NULL",
    )
    op.create_index("enrolment_owner", "enrolment", ["owner_path", "student_id"], unique=False)
    op.create_index("enrolment_pupil", "enrolment", ["pupil_path", "student_id"], unique=False)
    op.create_index("enrolment_student", "enrolment", ["student_id"], unique=False)
    op.create_index("enrolment_grade", "enrolment", ["grade_id"], unique=False)
    op.create_table(
        "transfer",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("to_grade_id", sa.Integer(), nullable=False),
        sa.Column("to_class_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=4), nullable=False),
        sa.Column("reason_text", sa.String(length=500), nullable=True),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("pulled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_file.id"],
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


def downgrade() -> None:
    op.drop_table("transfer")
    op.drop_index("enrolment_grade", table_name="enrolment")
    op.drop_index("enrolment_student", table_name="enrolment")
    op.drop_index("enrolment_pupil", table_name="enrolment")
    op.drop_index("enrolment_owner", table_name="enrolment")
    op.drop_index("enrolment_current", table_name="enrolment", postgresql_where="ended_on IS NULL")
    op.drop_table("enrolment")
    op.drop_index("case_event_user", table_name="case_event")
    op.drop_index("case_event_organisation", table_name="case_event")
    op.drop_table("case_event")
    op.drop_index("number_history_owner", table_name="number_history")
    op.drop_table("number_history")
    op.drop_index("guardian_student", table_name="guardian")
    op.drop_index("guardian_owner", table_name="guardian")
    op.drop_table("guardian")
    op.drop_index("case_student", table_name="case_file")
    op.drop_index("case_receiving", table_name="case_file")
    op.drop_index("case_owner", table_name="case_file")
    op.drop_index("case_one_open", table_name="case_file", postgresql_where="closed_at IS NULL")
    op.drop_index("case_initiator", table_name="case_file")
    op.drop_index("case_inbox", table_name="case_file", postgresql_where="closed_at IS NULL")
    op.drop_index("case_common", table_name="case_file")
    op.drop_index("case_batch", table_name="case_file", postgresql_where="batch_id IS NOT NULL")
    op.drop_table("case_file")
    op.drop_index("student_owner_status", table_name="student")
    op.drop_index(
        "student_owner_problem",
        table_name="student",
        postgresql_where="problem_flag <> 'NONE'",
    )
    op.drop_index("student_owner_name", table_name="student")
    op.drop_index("student_owner", table_name="student")
    op.drop_index("student_nsb", table_name="student")
    op.drop_index("student_name", table_name="student")
    op.drop_index("student_id_digest", table_name="student")
    op.drop_index("student_grade", table_name="student")
    op.drop_index("student_class", table_name="student")
    op.drop_index(
        "student_batch", table_name="student", postgresql_where="import_batch_id IS NOT NULL"
    )
    op.drop_table("student")
    op.drop_index("headcount_owner", table_name="headcount")
    op.drop_index("headcount_class", table_name="headcount")
    op.drop_table("headcount")
    op.drop_index(op.f("ix_account_class_class_id"), table_name="account_class")
    op.drop_table("account_class")
    op.drop_index("school_class_owner", table_name="school_class")
    op.drop_index("school_class_grade", table_name="school_class")
    op.drop_table("school_class")
    op.drop_index("promotion_result_run", table_name="promotion_result")
    op.drop_index("promotion_result_owner", table_name="promotion_result")
    op.drop_table("promotion_result")
    op.drop_index("import_row_owner", table_name="import_row")
    op.drop_index("import_row_digest", table_name="import_row")
    op.drop_table("import_row")
    op.drop_index("import_problem_owner", table_name="import_problem")
    op.drop_table("import_problem")
    op.drop_index("import_guardian_owner", table_name="import_guardian")
    op.drop_table("import_guardian")
    op.drop_index("promotion_run_owner", table_name="promotion_run")
    op.drop_index(
        "promotion_run_one_live",
        table_name="promotion_run",
        postgresql_where="state IN ('ASKED', 'RUNNING')",
    )
    op.drop_table("promotion_run")
    op.drop_index("job_running", table_name="job", postgresql_where="state = 'RUNNING'")
    op.drop_index("job_queued", table_name="job", postgresql_where="state = 'QUEUED'")
    op.drop_index("job_owner", table_name="job")
    op.drop_table("job")
    op.drop_index("import_batch_owner", table_name="import_batch")
    op.drop_index("import_batch_digest", table_name="import_batch")
    op.drop_table("import_batch")
    op.drop_index("grade_owner", table_name="grade")
    op.drop_table("grade")
    op.drop_index("campus_owner", table_name="campus")
    op.drop_table("campus")
    op.drop_index("idx_role_id", table_name="ab_permission_view_role")
    op.drop_index("idx_permission_view_id", table_name="ab_permission_view_role")
    op.drop_table("ab_permission_view_role")
    op.drop_index("school_owner", table_name="school")
    op.drop_table("school")
    op.drop_index(op.f("ix_account_organisation_id"), table_name="account")
    op.drop_index(
        "account_one_registrar", table_name="account", postgresql_where="role = 'SR' AND enabled"
    )
    op.drop_table("account")
    op.drop_table("ab_user_role")
    op.drop_index("idx_user_id", table_name="ab_user_group")
    op.drop_index("idx_user_group_id", table_name="ab_user_group")
    op.drop_table("ab_user_group")
    op.drop_index("idx_view_menu_id", table_name="ab_permission_view")
    op.drop_index("idx_permission_id", table_name="ab_permission_view")
    op.drop_table("ab_permission_view")
    op.drop_index("idx_group_role_id", table_name="ab_group_role")
    op.drop_index("idx_group_id", table_name="ab_group_role")
    op.drop_table("ab_group_role")
    op.drop_index("idx_api_key_user_id", table_name="ab_api_key")
    op.drop_index("idx_api_key_prefix", table_name="ab_api_key")
    op.drop_index("idx_api_key_lookup_hash", table_name="ab_api_key")
    op.drop_table("ab_api_key")
    op.drop_index("row_history_row", table_name="row_history")
    op.drop_index("row_history_owner", table_name="row_history")
    op.drop_index(op.f("ix_row_history_student_id"), table_name="row_history")
    op.drop_table("row_history")
    op.drop_table("pulse")
    op.drop_index(op.f("ix_organisation_parent_id"), table_name="organisation")
    op.drop_table("organisation")
    op.drop_index("division_parent", table_name="division")
    op.drop_index("division_name", table_name="division")
    op.drop_table("division")
    op.drop_table("code_value")
    op.drop_table("audit_head")
    op.drop_index("audit_event_owner", table_name="audit_event")
    op.drop_table("audit_event")
    op.drop_table("ab_view_menu")
    op.drop_table("ab_user")
    op.drop_table("ab_role")
    op.drop_table("ab_register_user")
    op.drop_table("ab_permission")
    op.drop_table("ab_group")
