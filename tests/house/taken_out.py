"""What was taken out at a place: an export with its file, its download, and the ledger's line."""

from app.models.export import Export, ExportDownload, ExportPart, ExportShare, ExportState


def lay(session, room, registrar, named):
    """Put one export and all that follows it at a class's school; give their keys."""
    export = Export(
        organisation_id=registrar.organisation_id,
        asked_by=registrar.user_id,
        source="pupils",
        columns=["name"],
        filters='{"name": ["张"]}',
        format="csv",
        language="zh",
        purpose="OTHER",
        purpose_words=named("出"),
        state=ExportState.READY,
        rows=1,
    )
    session.add(export)
    session.flush()
    part = ExportPart(export_id=export.id, part=1, rows=1, bytes=1, sha256=f"{export.id:064x}")
    fetched = ExportDownload(export_id=export.id, account_id=registrar.user_id)
    line = ExportShare(
        export_id=export.id,
        school_id=room.school_id,
        exporter_id=registrar.organisation_id,
        rows=1,
        source="pupils",
        purpose="OTHER",
        purpose_words=named("账"),
        columns=["name"],
        masked=True,
    )
    session.add_all([part, fetched, line])
    session.flush()
    return {
        "export": export.id,
        "export_part": part.id,
        "export_download": fetched.id,
        "export_share": line.id,
    }
