"""Playing the scenes: every case of the demo world is opened and moved by the workflows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import singledispatch
from heapq import heapify, heappop, heappush
from typing import NamedTuple, cast

from sqlalchemy import Connection, select

from app.demo import files, registrations, requests
from app.demo.key_changes import KEY_CHANGES
from app.demo.movements import LEAVES, SUSPENSIONS
from app.demo.moving_away import TRANSFERS
from app.demo.papers import lay_on_tray
from app.demo.past import Past, Step, wall_clock
from app.demo.scenes import Absence, At, Correction, Move, Pupil, Remark, Scene, Transfer, room
from app.models.case import Case, CaseKind
from app.models.case import Transfer as TransferCase
from app.models.organisation import Organisation
from app.models.school import SchoolClass
from app.models.student import Student
from app.workflows import controlled, covering, opening_changes, paper_archive, reminding
from app.workflows.commenting import comment
from app.workflows.desk import Act, Trigger
from app.workflows.freezes import FREEZES
from app.workflows.opening import Wish, open_transfer

SCENES = (*SUSPENSIONS, *LEAVES, *TRANSFERS, *KEY_CHANGES)
CONTROLLING, CONTROLLED_AGO = ("leader@41", "leader@45"), 60
Story = Iterator[date]  # the days on which it goes on
ABSENCE = Absence(f"registrar@{At.WOLONG}", f"leader@{At.WOLONG}", 2, 12, "外出培训")
KINDS = {
    Transfer: CaseKind.TRANSFER,
    Move: CaseKind.MOVEMENT,
    Correction: CaseKind.KEY_CHANGE,
}


class Found(NamedTuple):
    """A pupil as whoever begins a case names them."""

    id: int
    school_id: int
    name: str
    number: str
    record: dict[str, str]


def write_cases(connection: Connection) -> int:
    """Write every case with its notices, remarks and evidence; return how many there are.

    Everything is done in the order of its days, so that what was told last stands last.
    """
    past = Past(connection, wall_clock())
    stories = [
        control(past),
        *(tell(past, one) for one in SCENES),
        *registrations.stories(past),
        *requests.stories(past),
        *files.stories(past),
        leave(past, ABSENCE),
    ]
    coming = [(next(story), nth, story) for nth, story in enumerate(stories)]
    heapify(coming)
    while coming:
        _day, nth, story = heappop(coming)
        if (day := next(story, None)) is not None:
            heappush(coming, (day, nth, story))
    registrations.compare_all(past)
    reminding.remind(past.session, past.today, (0, reminding.last_id(past.session) + 1))
    past.close()
    return len(SCENES) + registrations.CASES


def control(past: Past) -> Story:
    """Let the provinces say which fields a case alone may change."""
    yield (day := past.day(CONTROLLED_AGO))
    for who in CONTROLLING:
        controlled.control(past.session, past.arrive(who, day), controlled.SUGGESTED)


def tell(past: Past, scene: Scene) -> Story:
    """Open a case and let everybody do their part of it; yields the day of what comes next."""
    day = thawed(KINDS[type(scene.what)], past.day(scene.ago))
    yield day
    pupil = find(past, scene.what.pupil)
    act = past.act(f"registrar@{scene.by}", Trigger.SUBMIT, day)
    case = begin(scene.what, past, pupil, act)
    past.settle(case)
    deeds: list[Step | Remark] = [*scene.steps, *scene.said]
    for step in sorted(deeds, key=lambda deed: -deed.ago):
        yield past.day(step.ago)
        if isinstance(step, Step):
            past.take(case, step)
        else:
            who = past.arrive(step.who, past.day(step.ago))
            comment(past.session, case, who, step.words)
    if scene.sent_ago is not None:
        yield past.day(scene.sent_ago)
        send_papers(past, case, past.day(scene.sent_ago))


def send_papers(past: Past, case: Case, day: date) -> None:
    """Let the sending school note that the paper archive is on its way."""
    past.oversee()
    sender = past.arrive(f"registrar@{case.owner.code}", day)
    mark = paper_archive.Mark(paper_archive.SENT, day, sender, day, case.version)
    paper_archive.note(past.session, cast("TransferCase", case), mark)


def leave(past: Past, gone: Absence) -> Story:
    """Let somebody who goes on leave name who sits at the desk meanwhile."""
    since = past.day(gone.ago)
    yield since
    absent = past.arrive(gone.who, since)
    wish = covering.Wish(
        absent.user_id,
        past.people[gone.by].user_id,
        since,
        past.today + timedelta(days=gone.until),
        gone.note,
    )
    covering.name(past.session, absent, wish, since)


def thawed(kind: CaseKind, day: date) -> date:
    """Return the day itself, or the last one before the summer's frozen weeks began."""
    while any(freeze.holds(kind, graduating=True, today=day) for freeze in FREEZES):
        day -= timedelta(days=1)
    return day


def find(past: Past, meant: Pupil) -> Found:
    """Return a pupil by school, class and seat."""
    past.oversee()
    asked = (
        select(Student)
        .join(SchoolClass, SchoolClass.id == Student.class_id)
        .join(Organisation, Organisation.id == SchoolClass.school_id)
        .where(
            Organisation.code == meant.school,
            SchoolClass.number == meant.room,
            Student.seat_no == meant.seat,
        )
    )
    pupil = past.session.scalars(asked).one()
    return Found(pupil.id, pupil.school_id, pupil.name, pupil.number or "", {"name": pupil.name})


def class_of(past: Past, act: Act, grade: str) -> int:
    """Return the first class of a grade at the school of whoever acts."""
    asked = select(SchoolClass.id).where(
        SchoolClass.school_id == act.actor.organisation_id, SchoolClass.number == room(grade)
    )
    return past.session.scalars(asked).one()


@singledispatch
def begin(what: object, past: Past, pupil: Found, act: Act) -> Case:
    """Open the case a scene begins with, as the school's registrar."""
    raise NotImplementedError(what, past, pupil, act)


@begin.register
def _(what: Transfer, past: Past, pupil: Found, act: Act) -> Case:
    wish = Wish(
        pupil.name, pupil.number, class_of(past, act, what.pupil.grade), what.reason, what.note
    )
    return open_transfer(past.session, wish, act)


@begin.register
def _(what: Move, past: Past, pupil: Found, act: Act) -> Case:
    plan = opening_changes.Plan(
        what.type,
        act.today,
        what.reason,
        what.note,
        past.today + timedelta(days=what.until) if what.until is not None else None,
        class_of(past, act, what.grade) if what.grade else None,
    )
    papers = [lay_on_tray(past, act.actor, name) for name in what.papers]
    if pupil.school_id == act.actor.organisation_id:
        return opening_changes.open_movement(past.session, pupil.id, plan, act, papers)
    named = (pupil.name, pupil.number)
    return opening_changes.open_return(past.session, named, plan, act, papers)


@begin.register
def _(what: Correction, past: Past, pupil: Found, act: Act) -> Case:
    wanted = {what.field: what.wanted.format(pupil.record.get(what.field, ""))}
    papers = [lay_on_tray(past, act.actor, name) for name in what.papers]
    correction = opening_changes.Correction(wanted, what.note)
    return opening_changes.open_key_change(past.session, pupil.id, correction, act, papers)
