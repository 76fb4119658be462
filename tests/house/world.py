"""A row of everything at every place, and who may see which: the ground of the proofs."""

from __future__ import annotations

import re
from datetime import date

from sqlalchemy import text

from app.models.account import Account, GroupMember, UserGroup
from app.models.audit import AuditEvent
from app.models.job import Job, JobRemark
from app.models.school import School
from app.models.student import Status
from app.models.switch import SwitchValue
from app.policies import scope
from app.policies.rls import BY_ACTOR, BY_PERSON, NOT_FOR_TEACHERS, SCOPED, Range, Scoped
from app.policies.roles import Role
from app.workflows import promotion
from tests import make
from tests.house import under_way
from tests.workflows.cases import a_registration

PLACES = {  # place: the authority that runs its school
    "own": "419701",
    "sibling": "419701",
    "cousin": "419702",
    "parent": "4197",
    "stranger": "459701",
}
NEAR = {"own", "sibling"}
CITY = {*NEAR, "cousin", "parent"}
ROLES = {  # role: its home, whose pupils it sees, whose house it sees
    **dict.fromkeys(("CT", "TE", "SR", "SL"), ("own", {"own"}, {"own"})),
    **dict.fromkeys(("CR", "CL"), ("419701", NEAR, NEAR)),
    **dict.fromkeys(("TR", "TL"), ("4197", CITY, CITY)),
    **dict.fromkeys(("PR", "PL"), ("41", CITY, CITY)),
    "NU": ("41", set(), CITY),
    **dict.fromkeys(("MIN", "ADM", "SEC", "AUD"), ("000000", set(), set(PLACES))),
}
MARK, HOUSE = "密", "舍"  # in the names of a place's people, and of what its house holds
NOBODY = 987_654_321  # a key no row has
HIDDEN_FROM_TEACHERS = (NOT_FOR_TEACHERS, BY_PERSON, BY_ACTOR)


class World:
    """A school with one row of everything at each place."""

    def __init__(self, session):
        self.session = session
        scope.enter(make.WHOLE, session)
        self.rows, self.paths = {}, {}
        for place, code in PLACES.items():
            self.rows[place] = self.furnish(place, code)

    def furnish(self, place, code):
        s = self.session
        school = make.a_school(s, code)
        self.paths[place] = school.owner_path
        room = make.a_class(s, school, name=f"{HOUSE}{place}班")
        facts = {"name": f"{MARK}{place}", "former_name": f"曾{MARK}{place}"}
        pupil = make.a_pupil(s, room, **facts)
        guardian = make.a_guardian(s, pupil, name=f"亲{MARK}{place}")
        waiting = make.a_pupil(s, room, status=Status.PENDING_REGISTRATION, name=f"候{MARK}{place}")
        registrar = make.an_account(s, "SR", school)
        batch = make.a_batch(s, registrar, file_name=f"{MARK}{place}.xlsx")
        group = UserGroup(organisation_id=school.id, name=f"{HOUSE}{place}组")
        job = Job(kind="none", asked_by=registrar.user_id, organisation_id=school.id)
        word = SwitchValue(
            organisation_id=school.id,
            key="national_lookup",
            value="on",
            valid_from=date(2026, 9, 1),
            set_by=registrar.user_id,
        )
        s.add_all([group, job, word])
        s.flush()
        s.add(GroupMember(group_id=group.id, user_id=registrar.user_id))
        s.add(JobRemark(job_id=job.id, words=f"{MARK}{place}"))
        case = a_registration(s, waiting, registrar)
        scope.enter(make.WHOLE, s)
        more = under_way.lay(s, room, registrar, lambda mark: f"{mark}{MARK}{place}")
        run = promotion.rehearse(s, school.organisation.parent, 2027, None)
        trail = s.query(AuditEvent).filter_by(actor=registrar.user_id).first()
        return more | {
            "school": school.id,
            "organisation": school.id,
            "campus": room.campus_id,
            "grade": room.grade_id,
            "school_class": room.id,
            "student": pupil.id,
            "waiting": waiting.id,
            "guardian": guardian.id,
            "import_batch": batch.id,
            "case_file": case.id,
            "job": job.id,
            "promotion_run": run.id,
            "audit_event": trail.id,
            "account": registrar.user_id,
            "user_group": group.id,
            "switch_value": word.id,
            "room": room,
            "code_value": s.scalar(text("SELECT min(id) FROM code_value")),
            "division": "411302000000",
        }

    def account(self, role):
        """An account of the role at its home; teachers look after the own class."""
        home = ROLES[role][0]
        s = self.session
        scope.enter(make.WHOLE, s)
        if home != "own":
            return make.an_account(s, role, home)
        school = s.get_one(School, self.rows["own"]["school"])
        if role == "SR":  # a school has one registrar
            return s.query(Account).filter_by(organisation_id=school.id, role="SR").one()
        classes = (self.rows["own"]["room"],) if Role(role).is_teacher else ()
        return make.an_account(s, role, school, classes=classes)

    def fingerprint(self, places):
        """What everything at these places is now, whole: one digest for each table."""
        self.session.flush()
        self.session.expire_all()
        scope.enter(make.WHOLE, self.session)
        found = {}
        for place in places:
            for table in SCOPED:
                if not isinstance(SCOPED[table], Scoped):
                    continue
                sql = (
                    "SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"  # noqa: S608
                    f" FROM {table} t WHERE owner_path = :path"
                )
                found[place, table] = self.session.scalar(text(sql), {"path": self.paths[place]})
        return found


def closed_to(role):
    """The places whose pupils the role must not see."""
    return [place for place in PLACES if place not in ROLES[role][1]]


def is_seen(role, table, place):
    _, pupils, house = ROLES[role]
    rule = SCOPED.get(table)
    if rule is None:
        return True
    is_hidden = isinstance(rule, Scoped) and rule.teacher in HIDDEN_FROM_TEACHERS
    if is_hidden and Role(role).is_teacher:
        return False
    in_house = isinstance(rule, Scoped) and rule.range is Range.HOUSE
    return place in (house if in_house else pupils)


def told_of(role, answer):
    """The places whose people or house an answer names although the role must not see them."""
    _, pupils, house = ROLES[role] if role else ("", set(), set())
    said = words(answer)
    return [
        mark + place
        for place in PLACES
        for mark, seen in ((MARK, pupils), (HOUSE, house))
        if place not in seen and mark + place in said
    ]


def words(answer):
    """What an answer says; a workbook is no text and holds nobody's name in clear bytes."""
    return answer.get_data().decode("utf-8", "replace")


MOVING = (  # what two answers to the same question may differ in
    (re.compile(r"E-\d{8}-[0-9A-F]{6}"), "E"),
    (re.compile(r'nonce="[^"]*"'), ""),
    (re.compile(r'name="csrf(_token)?"[^>]*'), ""),
    (re.compile(r'name="once"[^>]*'), ""),
    (re.compile(r"\d\d:\d\d(:\d\d)?"), "T"),
)


def without_keys(answer, *keys):
    """What an answer says, without what moves and without the keys it was asked with."""
    said = words(answer)
    for pattern, instead in MOVING:
        said = pattern.sub(instead, said)
    for key in keys:
        said = re.sub(rf"(?<![0-9]){re.escape(str(key))}(?![0-9])", "#", said)
    return said
