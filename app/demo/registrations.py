"""Playing the registrations: newcomers entered, compared, submitted; problems answered; numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from sqlalchemy import select

from app.demo.enrolling import ENTRIES, NEW, REPLIES, Entry, Reply
from app.demo.newcomers import Newcomer, a_number, date_items, enter, person
from app.demo.papers import lay_on_tray
from app.demo.past import Past
from app.demo.plan import SCHOOL_YEAR
from app.demo.scenes import At
from app.models.school import Grade, Stage
from app.models.student import Student, Verification
from app.workflows import aux_rules, duplicates, expecting, issuing, rounds
from app.workflows.desk import Trigger
from app.workflows.opening import open_registration
from app.workflows.opening_problem import Answer, open_problem

Story = Iterator[date]
PATTERN, RULED_AGO = "{county}{school:4}{year:2}{stage}{class}{seat:2}", 40
EXPECTED_AGO, VERIFIED_AGO = 8, 2
NOT_COME = ("郗望舒", "逯青禾", "厉行远")  # on the list of the admissions, and not entered
WINDOW = 5_000
CASES = sum(entry.sent is not None for entry in ENTRIES) + len(REPLIES)


def stories(past: Past) -> list[Story]:
    """Return what is told of registration, each by the days on which it goes on."""
    ids: dict[Newcomer, int] = {}
    return [
        rule(past),
        *(enrol(past, entry, ids) for entry in ENTRIES),
        *(reply(past, one, ids) for one in REPLIES),
        expect(past),
        verify(past, ids),
    ]


def enrol(past: Past, entry: Entry, ids: dict[Newcomer, int]) -> Story:
    """Enter a newcomer, and submit and decide the registration."""
    yield past.day(entry.ago)
    key = enter(past, entry.who, ids, past.day(entry.ago))
    if entry.sent is None:
        return
    yield (day := past.day(entry.sent))
    act = past.act(f"registrar@{entry.who.like.school}", Trigger.SUBMIT, day)
    papers = [lay_on_tray(past, act.actor, name) for name in entry.papers]
    pupil = past.session.get_one(Student, key)
    case = open_registration(past.session, pupil, act, papers)
    past.settle(case)
    for step in entry.steps:
        yield past.day(step.ago)
        past.take(case, step)


def reply(past: Past, one: Reply, ids: dict[Newcomer, int]) -> Story:
    """Let a school say what its record in a problem is, and everybody decide on it."""
    yield (day := past.day(one.ago))
    pupil = past.session.get_one(Student, ids[one.who]) if isinstance(one.who, Newcomer) else None
    pupil = pupil or person(past, one.who)  # type: ignore[arg-type]
    key, wanted = pupil.id, dict(one.wanted)
    if "id_number" in wanted:
        area = str(pupil.hukou_division)[:6]
        wanted["id_number"] = a_number(area, pupil.birth_date, 740 + int(pupil.gender))
    school = one.who.like.school if isinstance(one.who, Newcomer) else one.who.school
    act = past.act(f"registrar@{school}", Trigger.SUBMIT, day)
    papers = [lay_on_tray(past, act.actor, name) for name in one.papers]
    case = open_problem(past.session, key, Answer(one.action, one.words, wanted), act, papers)
    past.settle(case)
    date_items(past)
    for step in one.steps:
        yield past.day(step.ago)
        past.take(case, step)
        date_items(past)


def rule(past: Past) -> Story:
    """Let a province say what its auxiliary numbers are made of."""
    yield (day := past.day(RULED_AGO))
    aux_rules.set_rule(past.session, past.arrive("leader@41", day), PATTERN, 0)


def expect(past: Past) -> Story:
    """Let a school upload whom the admissions sent: two are missing there, three are not here."""
    yield (day := past.day(EXPECTED_AGO))
    actor = past.arrive(f"registrar@{At.HANZHONG}", day)
    asked = (
        select(Student)
        .join(Grade, Grade.id == Student.grade_id)
        .where(Student.school_id == actor.organisation_id, Grade.entry_year == SCHOOL_YEAR)
        .order_by(Student.id)
    )
    here = past.session.scalars(asked).all()[2:]
    lines = [(one.name, one.gender, one.birth_date, one.id_number) for one in here]
    lines[0] = (lines[0][0], "2" if lines[0][1] == "1" else "1", *lines[0][2:])
    lines += [
        (name, "2", date(2020, 5, nth), a_number("411302", date(2020, 5, nth), 900 + 2 * nth))
        for nth, name in enumerate(NOT_COME, start=3)
    ]
    entries = [
        expecting.Entry(nth, actor.organisation_id, *line) for nth, line in enumerate(lines, 2)
    ]
    expecting.take(past.session, actor, Stage.PRIMARY, SCHOOL_YEAR, entries)


def verify(past: Past, ids: dict[Newcomer, int]) -> Story:
    """Let a county ask who its registered newcomers are, and give them their numbers."""
    yield (day := past.day(VERIFIED_AGO))
    actor = past.arrive(f"leader@{At.WANCHENG}", day)
    asked = rounds.begin(past.session, actor, everybody=False)
    answers = [
        rounds.Answer(one.row_no + 1, one.row_no, one.name, one.id_number, Verification.PASSED)
        for one in rounds.lay(past.session, asked)
    ]
    asked.rows = len(answers)
    rounds.look(past.session, asked, answers)
    rounds.carry_out(past.session, asked)
    past.oversee()
    past.session.flush()
    rounds.apply(past.session, rounds.next_lines(past.session, asked.id, WINDOW), day)
    rounds.finish(past.session, asked, actor.user_id)
    compare(past, [ids[one] for one in NEW if one in ids])
    issuing.issue(past.session, issuing.due_ids(past.session, day, 0, WINDOW), day)


def compare(past: Past, ids: Iterable[int]) -> None:
    """Take newcomers off the list of those who wait: they were compared when they came."""
    wanted = set(ids)
    window = [line for line in duplicates.waiting(past.session, WINDOW) if line[0] in wanted]
    duplicates.check(past.session, [student_id for student_id, _ in window])
    duplicates.checked(past.session, window)


def compare_all(past: Past) -> None:
    """Compare everybody with everybody, as the job does every minute."""
    past.oversee()
    after = 0
    while window := duplicates.waiting(past.session, WINDOW, after):
        duplicates.check(past.session, [student_id for student_id, _ in window])
        duplicates.checked(past.session, window)
        after = window[-1][0]
