"""A walk: fifty presses by whoever, on whatever; program and model must answer alike.

Every press is four bytes of dice that a number hypothesis draws has thrown; the number brings the
walk back. Half of the presses are likely ones, else no case would get anywhere.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

from app.codes.workdays import BEIJING
from app.errors import AppError
from app.models.attachment import Attachment
from app.models.change import MovementType
from app.workflows import deciding
from app.workflows.desk import Act, Trigger
from app.workflows.opening import Wish as Transfer
from app.workflows.opening import open_transfer
from app.workflows.opening_changes import (
    Correction,
    Plan,
    open_key_change,
    open_movement,
    open_return,
)
from tests.workflows import model_facts
from tests.workflows.law import MOVEMENTS
from tests.workflows.model_case import Paper
from tests.workflows.model_guards import Wish, carry_out, guards

STEPS = 50
TRIGGERS = ("agree", "disagree", "send_back", "submit", "withdraw", "report", "pull", "escalate",
            "clean")  # fmt: skip
LIKELY = ("agree",) * 9 + ("submit", "submit", "pull", "report", "disagree", "send_back")
TODAY = datetime.now(BEIJING).date()
LATER = TODAY + timedelta(days=40)  # ten working days have gone by, whatever the holidays
SUMMER = date(LATER.year + 1, 7, 20)
ROUTES = {"same county": "AB", "other county": "AC", "other province": "AD"}


class Walk:
    """One walk over the cases of a few new pupils."""

    def __init__(self, world, kind, route="AB"):
        self.world, self.session, self.kind, self.route = world, world.session, kind, route
        self.pupils = world.pupils(pending=kind == "REGISTRATION")
        self.open, self.cases, self.done = {}, [], Counter()
        self.guards = {}  # of this walk alone, by kind

    def play(self, dice):
        for n in range(STEPS):
            before = self.done["steps carried out"] + self.done["cases begun"]
            self.press(*dice[4 * n : 4 * n + 4])
            if self.done["steps carried out"] + self.done["cases begun"] > before or not n % 10:
                self.hold()  # a refusal was taken back
        self.hold()

    def hold(self):
        """Ask the database whether all of it is as the model has it."""
        model_facts.hold(self.world, self.pupils, self.cases)

    def press(self, whom, who, what, bend):
        pupil = self.pupils[whom % len(self.pupils)]
        case = self.open.get(pupil.id)
        if bend % 32 == 0:
            self.befall(pupil, who)
        if case is None or bend % 64 == 1:
            self.begin(pupil, who, what, bend)
        else:
            self.decide(case, who, what, bend)

    def befall(self, pupil, _dice):
        """Let something happen beside the cases: a problem record is opened or settled."""
        self.world.flag(pupil, not pupil.problem)

    # ── a step ──────────────────────────────────────────────────────────────────────────────

    def decide(self, case, who, what, bend):
        person, trigger = self.chosen(case, who, what)
        remark = "" if bend % 8 == 7 else "走查"
        today = LATER if bend & 64 else TODAY
        day = SUMMER if trigger == "submit" and bend % 64 == 5 else today
        asked = guards(day, self.guards)
        expected = case.why_not(person, trigger, remark, day >= LATER, asked)
        act = Act(Trigger(trigger), self.world.enter(person), day, remark)
        self.session.expire_all()
        seen = {case.id: case.version - (bend % 16 == 9)}
        if seen[case.id] != case.version and case.is_seen_by(person):
            expected = {"app.stale"}
        outcome = deciding.decide(self.session, [case.id], act, seen)[0]
        told = {refusal.code for refusal in outcome.refusals}
        assert told == expected, (case, person, trigger, day)
        self.done["steps carried out" if outcome.done else "steps refused"] += 1
        if not outcome.done:
            return
        self.stepped(case, person, trigger, day)

    def stepped(self, case, person, trigger, day):
        """Let the model follow a step that was carried out."""
        if case.step(person, trigger):
            self.carry_out(case, day)
            self.done["cases with their effect"] += 1
        if case.is_open:
            self.open[case.pupil.id] = case
        else:
            self.open.pop(case.pupil.id, None)

    def carry_out(self, case, day):
        """Change what the model knows of the pupil, as the end of the case does."""
        carry_out(case, day)

    def chosen(self, case, who, what):
        people = self.world.people
        here = [p for p in people if (p.org, p.office) == (case.awaiting, case.office)]
        if what < 140 and here:
            return here[who % len(here)], LIKELY[what % len(LIKELY)]
        if what < 170:
            waiting = [p for p in people if p.org in {case.starter, *case.handled}]
            return waiting[who % len(waiting)], "escalate"
        return people[who % len(people)], TRIGGERS[what % len(TRIGGERS)]

    # ── a beginning ─────────────────────────────────────────────────────────────────────────

    def begin(self, pupil, who, what, bend):
        school = self.starting(pupil, what, bend)
        staff = [p for p in self.world.people if p.org == school]
        registrars = [p for p in staff if p.role == "SR"]
        person = staff[who % len(staff)] if bend % 8 == 3 else registrars[who % len(registrars)]
        today = SUMMER if bend % 32 == 5 else LATER if bend & 64 else TODAY
        wish = self.wish(pupil, school, what, bend, today)
        case = Paper(0, self.kind, pupil, pupil.school, school, person.user, wish=wish)
        case.awaiting = school
        expected = self.why_not_begun(case, person, today)
        actor = self.world.enter(person)
        self.session.expire_all()
        made, told = self.submitted(case, Act(Trigger.SUBMIT, actor, today))
        assert told == expected, (case, person, today)
        self.done["cases begun" if made else "beginnings refused"] += 1
        if made:
            case.id = made.id
            self.cases.append(case)
            self.stepped(case, person, "submit", today)

    def starting(self, pupil, what, bend):
        if self.kind == "TRANSFER":
            pair = self.route if pupil.school in self.route else pupil.school + self.route[1]
            return pair[(pair.index(pupil.school) + (bend % 16 != 2)) % 2]
        if self.kind == "MOVEMENT" and bend % 4 == 2 and pupil.status != "IN_SCHOOL":
            return self.route[what % 2]
        return pupil.school

    def wish(self, pupil, school, what, bend, today):
        if self.kind == "TRANSFER":
            stage = pupil.stage if what % 8 else "SENIOR"
            return Wish(seat=(school, stage, 1 + what % 2))
        if self.kind == "KEY_CHANGE":
            fields = {
                0: (("name", pupil.text),),
                1: (("gender", "1"),),
                2: (("talent", "围棋"),),
            }.get(what % 16, (("name", f"{pupil.name}{what}{bend}{len(self.cases)}"),))
            return Wish(fields=fields, papers=bool(bend % 8))
        return self.movement(pupil, school, what, bend, today) if self.kind == "MOVEMENT" else None

    def movement(self, pupil, school, what, bend, today):
        fitting = [kind for kind, law in MOVEMENTS.items() if pupil.status in law.sources]
        kinds = fitting if fitting and what % 4 else list(MOVEMENTS)
        kind = kinds[(what // 4) % len(kinds)]
        law, seat, step = MOVEMENTS[kind], None, {"below": -1, "above": 1}
        if bool(law.seat) == bool(bend % 16):
            level = pupil.level + step.get(law.seat, 0) if bend % 8 else 1
            key = (school, pupil.stage if what % 8 else "SENIOR", level)
            seat = key if key in self.world.rooms else (school, "PRIMARY", 1)
        off = {4: timedelta(days=1), 6: timedelta(days=-4000)}.get(bend % 32, timedelta())
        day = today + off
        has_term = law.term if bend % 16 != 10 else not law.term
        return Wish(
            type=kind,
            seat=seat,
            happened_on=day,
            until_on=day + timedelta(days=200) if has_term else None,
            text=" " if bend % 32 == 12 else "走查",
            papers=bend % 16 != 14,
        )

    def why_not_begun(self, case, person, today):
        if self.kind == "TRANSFER" and case.owner == case.starter:
            return {"E-SELFSCHOOL"}
        elsewhere = self.kind == "MOVEMENT" and case.owner != case.starter
        if elsewhere and not MOVEMENTS[case.wish.type].elsewhere:
            return {"E-SCHOOL"}
        if case.pupil.id in self.open:
            return {"E-LOCK"}
        found = set() if person.office == "REGISTRAR" else {"E-NOTMINE"}
        return found | guards(today, self.guards)(case, "submit")

    def submitted(self, case, act):
        """Open a case as the program does; gives it, or the codes of why not."""
        try:
            with self.session.begin_nested():
                return self.opened(case, act), set()
        except AppError as refused:
            return None, {refusal.code for refusal in refused.refusals}

    def opened(self, case, act):
        session, wish, pupil = self.session, case.wish, case.pupil
        if self.kind == "TRANSFER":
            room = self.world.rooms[wish.seat]
            return open_transfer(session, Transfer(pupil.text, pupil.number, room, "2"), act)
        papers = [self.a_paper(act.actor)] if wish.papers else []
        if self.kind == "KEY_CHANGE":
            correction = Correction(dict(wish.fields), "更正")
            return open_key_change(session, pupil.id, correction, act, papers)
        plan = Plan(
            MovementType(wish.type),
            wish.happened_on,
            reason_text=wish.text,
            until_on=wish.until_on,
            to_class_id=self.world.rooms[wish.seat] if wish.seat else None,
        )
        if case.owner != case.starter:
            named = pupil.text, pupil.number
            return open_return(session, named, plan, act, papers)
        return open_movement(session, pupil.id, plan, act, papers)

    def a_paper(self, actor):
        paper = Attachment(
            organisation_id=actor.organisation_id,
            name="证明.jpg",
            kind="jpg",
            size=3,
            digest="0" * 64,
            uploaded_by=actor.user_id,
        )
        self.session.add(paper)
        self.session.flush()
        return paper.id
