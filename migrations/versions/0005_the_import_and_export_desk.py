"""The import and export desk: previews by row and cell, undo, exports, requests, the ledger."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = depends_on = None

WRITTEN = "UPDATE import_batch SET written = new WHERE state = 'COMMITTED'"
# An older console knows neither state: what was undone is over, what waits is to be sent again.
ENDED = """
UPDATE import_batch SET state = CASE WHEN state = 'MAPPING' THEN 'DISCARDED' ELSE 'COMMITTED' END
WHERE state IN ('MAPPING', 'UNDOING', 'UNDONE')
"""


def upgrade() -> None:
    op.create_table(
        "import_mapping",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("headings", sa.String(length=64), nullable=False),
        sa.Column("mapping", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "used_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("organisation_id", "template", "headings"),
    )
    op.create_index("import_mapping_owner", "import_mapping", ["owner_path", "id"])
    op.create_table(
        "export_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), server_default="DRAFT", nullable=False),
        sa.Column("unit", sa.String(length=120), nullable=False),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("purpose_words", sa.String(length=500), nullable=False),
        sa.Column("scope_words", sa.String(length=500), nullable=False),
        sa.Column("manner_words", sa.String(length=500), nullable=False),
        sa.Column("source", sa.String(length=24), nullable=False),
        sa.Column("columns", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "struck",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="[]",
            nullable=False,
        ),
        sa.Column("filters", sa.LargeBinary(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("used_from", sa.Date(), nullable=False),
        sa.Column("used_until", sa.Date(), nullable=False),
        sa.Column("officer", sa.String(length=80, collation="C"), nullable=False),
        sa.Column("handler", sa.String(length=80, collation="C"), nullable=False),
        sa.Column("plan", sa.String(length=2000), nullable=False),
        sa.Column("awaiting_id", sa.Integer(), nullable=True),
        sa.Column("awaiting_office", sa.String(length=16), nullable=True),
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
        sa.ForeignKeyConstraint(["awaiting_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["asked_by"], ["account.user_id"]),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("export_request_owner", "export_request", ["owner_path", "id"])
    op.create_index("export_request_state", "export_request", ["organisation_id", "state"])
    op.create_index(
        "export_request_waiting",
        "export_request",
        ["awaiting_id", "awaiting_office"],
        postgresql_where="awaiting_id IS NOT NULL",
    )
    op.create_table(
        "export",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=24), nullable=False),
        sa.Column("columns", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("filters", sa.LargeBinary(), nullable=True),
        sa.Column("format", sa.String(length=8), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("purpose_words", sa.String(length=500), nullable=True),
        sa.Column("masked", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("password", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=32), server_default="QUEUED", nullable=False),
        sa.Column("failure", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("rows", sa.Integer(), server_default="0", nullable=False),
        sa.Column("bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("finished_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("destroyed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("destroyed_by", sa.Integer(), nullable=True),
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
        sa.ForeignKeyConstraint(["asked_by"], ["account.user_id"]),
        sa.ForeignKeyConstraint(["destroyed_by"], ["account.user_id"]),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["request_id"], ["export_request.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("export_asker", "export", ["asked_by", "id"])
    op.create_index("export_due", "export", ["expires_at"], postgresql_where="state = 'READY'")
    op.create_index("export_owner", "export", ["owner_path", "id"])
    op.create_table(
        "export_event",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column(
            "at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("actor", sa.Integer(), nullable=True),
        sa.Column("for_user_id", sa.Integer(), nullable=True),
        sa.Column("step", sa.String(length=24), nullable=False),
        sa.Column("struck", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("words", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["actor"], ["account.user_id"]),
        sa.ForeignKeyConstraint(["for_user_id"], ["account.user_id"]),
        sa.ForeignKeyConstraint(["request_id"], ["export_request.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("export_event_request", "export_event", ["request_id", "id"])
    op.create_table(
        "import_cell",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=True),
        sa.Column("after", sa.LargeBinary(), nullable=True),
        sa.Column("record_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("batch_id", "row_no", "field"),
    )
    op.create_index("import_cell_field", "import_cell", ["batch_id", "field", "row_no"])
    op.create_index("import_cell_owner", "import_cell", ["owner_path", "batch_id"])
    op.create_table(
        "import_line",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("told", sa.String(length=80, collation="C"), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("why", sa.String(length=24), nullable=True),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=32), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=True),
        sa.Column("target_version", sa.Integer(), nullable=True),
        sa.Column("taken", sa.Boolean(), server_default="true", nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("batch_id", "row_no"),
    )
    op.create_index("import_line_owner", "import_line", ["owner_path", "batch_id"])
    op.create_index("import_line_verdict", "import_line", ["batch_id", "verdict", "row_no"])
    op.create_table(
        "import_raw",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=False),
        sa.Column("id_digest", sa.LargeBinary(), nullable=True),
        sa.Column("mended", sa.Boolean(), server_default="false", nullable=False),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("batch_id", "row_no"),
    )
    op.create_index("import_raw_digest", "import_raw", ["batch_id", "id_digest"])
    op.create_index("import_raw_owner", "import_raw", ["owner_path", "batch_id"])
    op.create_table(
        "export_download",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("export_id", sa.Integer(), nullable=False),
        sa.Column(
            "at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.user_id"]),
        sa.ForeignKeyConstraint(["export_id"], ["export.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("export_download_export", "export_download", ["export_id", "id"])
    op.create_table(
        "export_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("export_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["export_id"], ["export.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("export_id", "part"),
    )
    op.create_table(
        "export_share",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("export_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("exporter_id", sa.Integer(), nullable=False),
        sa.Column(
            "at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=24), nullable=False),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("purpose_words", sa.String(length=500), nullable=True),
        sa.Column("columns", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("masked", sa.Boolean(), nullable=False),
        sa.Column("request_number", sa.String(length=20), nullable=True),
        sa.Column(
            "owner_path", sa.String(length=80, collation="C"), server_default="", nullable=False
        ),
        sa.ForeignKeyConstraint(["export_id"], ["export.id"]),
        sa.ForeignKeyConstraint(["exporter_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("export_id", "school_id"),
    )
    op.create_index("export_share_owner", "export_share", ["owner_path", "id"])
    op.add_column(
        "import_batch",
        sa.Column("headings", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    )
    op.add_column(
        "import_batch", sa.Column("mapping", postgresql.JSONB(astext_type=sa.Text()), nullable=True)
    )
    op.add_column(
        "import_batch", sa.Column("revision", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "import_batch", sa.Column("keep_good", sa.Boolean(), server_default="false", nullable=False)
    )
    op.add_column(
        "import_batch", sa.Column("alarm", postgresql.JSONB(astext_type=sa.Text()), nullable=True)
    )
    op.add_column(
        "import_batch", sa.Column("changed", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "import_batch", sa.Column("same", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "import_batch", sa.Column("likely", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "import_batch", sa.Column("elsewhere", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "import_batch", sa.Column("missing", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "import_batch", sa.Column("written", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "import_batch", sa.Column("reversed", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "import_batch", sa.Column("kept", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "import_batch", sa.Column("stuck", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "import_batch", sa.Column("undone_at", postgresql.TIMESTAMP(timezone=True), nullable=True)
    )
    op.add_column("import_batch", sa.Column("undone_by", sa.Integer(), nullable=True))
    op.create_foreign_key(
        "import_batch_undone_by_fkey", "import_batch", "account", ["undone_by"], ["user_id"]
    )
    op.add_column("import_row", sa.Column("target_id", sa.Integer(), nullable=True))
    op.add_column("import_row", sa.Column("target_version", sa.Integer(), nullable=True))
    op.add_column(
        "import_row", sa.Column("taken", sa.Boolean(), server_default="true", nullable=False)
    )
    op.drop_column("import_row", "student_id")
    op.create_index("import_row_verdict", "import_row", ["batch_id", "verdict", "row_no"])
    for table in ("import_row", "import_guardian"):  # thousands at once: a trigger looks at all
        op.drop_constraint(f"{table}_batch_id_fkey", table, type_="foreignkey")
    op.execute(WRITTEN)
    op.alter_column("notice", "case_id", nullable=True)
    op.alter_column("notice", "case_version", server_default="0")
    op.add_column("notice", sa.Column("subject_id", sa.Integer(), nullable=True))
    op.add_column("notice", sa.Column("word", sa.String(length=24), nullable=True))
    op.add_column("notice", sa.Column("many", sa.Integer(), nullable=True))
    op.create_check_constraint(
        "notice_about", "notice", "(case_id IS NULL) <> (subject_id IS NULL)"
    )


def downgrade() -> None:
    op.execute(ENDED)
    op.execute("DELETE FROM notice WHERE case_id IS NULL")
    op.drop_constraint("notice_about", "notice")
    for column in ("many", "word", "subject_id"):
        op.drop_column("notice", column)
    op.alter_column("notice", "case_version", server_default=None)
    op.alter_column("notice", "case_id", nullable=False)
    for table in ("import_row", "import_guardian"):
        op.create_foreign_key(
            f"{table}_batch_id_fkey", table, "import_batch", ["batch_id"], ["id"],
            ondelete="CASCADE",
        )  # fmt: skip
    op.drop_index("import_row_verdict", table_name="import_row")
    op.add_column("import_row", sa.Column("student_id", sa.Integer(), nullable=True))
    op.drop_column("import_row", "taken")
    op.drop_column("import_row", "target_version")
    op.drop_column("import_row", "target_id")
    op.drop_constraint("import_batch_undone_by_fkey", "import_batch", type_="foreignkey")
    op.drop_column("import_batch", "undone_by")
    op.drop_column("import_batch", "undone_at")
    op.drop_column("import_batch", "stuck")
    op.drop_column("import_batch", "kept")
    op.drop_column("import_batch", "reversed")
    op.drop_column("import_batch", "written")
    op.drop_column("import_batch", "missing")
    op.drop_column("import_batch", "elsewhere")
    op.drop_column("import_batch", "likely")
    op.drop_column("import_batch", "same")
    op.drop_column("import_batch", "changed")
    op.drop_column("import_batch", "alarm")
    op.drop_column("import_batch", "keep_good")
    op.drop_column("import_batch", "revision")
    op.drop_column("import_batch", "mapping")
    op.drop_column("import_batch", "headings")
    op.drop_index("export_share_owner", table_name="export_share")
    op.drop_table("export_share")
    op.drop_table("export_part")
    op.drop_index("export_download_export", table_name="export_download")
    op.drop_table("export_download")
    op.drop_index("import_raw_owner", table_name="import_raw")
    op.drop_index("import_raw_digest", table_name="import_raw")
    op.drop_table("import_raw")
    op.drop_index("import_line_verdict", table_name="import_line")
    op.drop_index("import_line_owner", table_name="import_line")
    op.drop_table("import_line")
    op.drop_index("import_cell_owner", table_name="import_cell")
    op.drop_index("import_cell_field", table_name="import_cell")
    op.drop_table("import_cell")
    op.drop_index("export_event_request", table_name="export_event")
    op.drop_table("export_event")
    op.drop_index("export_owner", table_name="export")
    op.drop_index("export_due", table_name="export", postgresql_where="state = 'READY'")
    op.drop_index("export_asker", table_name="export")
    op.drop_table("export")
    op.drop_index(
        "export_request_waiting",
        table_name="export_request",
        postgresql_where="awaiting_id IS NOT NULL",
    )
    op.drop_index("export_request_state", table_name="export_request")
    op.drop_index("export_request_owner", table_name="export_request")
    op.drop_table("export_request")
    op.drop_index("import_mapping_owner", table_name="import_mapping")
    op.drop_table("import_mapping")
