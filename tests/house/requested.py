"""What is asked for at a place: an export request at its authority's desk, and what happened."""

from datetime import date

from app.models.export import ExportEvent, ExportRequest, RequestState

DAY = date(2026, 11, 20)


def lay(session, registrar, named):
    """Put one submitted request at a registrar's school; give its keys."""
    request = ExportRequest(
        organisation_id=registrar.organisation_id,
        asked_by=registrar.user_id,
        state=RequestState.DEPT_REVIEW,
        unit=named("部"),
        purpose="AID",
        purpose_words=named("由"),
        scope_words="内部",
        manner_words="比对",
        source="pupils",
        columns=["name"],
        filters='{"name": ["张"]}',
        used_from=DAY,
        used_until=DAY,
        officer=named("责"),
        handler=named("经"),
        plan=named("案"),
        awaiting_id=registrar.organisation.parent_id,
        awaiting_office="REGISTRAR",
    )
    session.add(request)
    session.flush()
    event = ExportEvent(
        request_id=request.id, actor=registrar.user_id, step="submit", words=named("说")
    )
    session.add(event)
    session.flush()
    return {"export_request": request.id, "export_event": event.id}
