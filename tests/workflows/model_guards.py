"""What each kind of case asks of its pupil, as the law has it, and what it brings about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tests.workflows.law import MOVEMENTS, RETURNS
from tests.workflows.model_world import CONTROLLED

YEARS = {"PRIMARY": 6, "SENIOR": 3}
IN = "IN_SCHOOL"
NONE = {}


@dataclass(frozen=True)
class Wish:
    """What was asked for; ``seat`` is a school, a stage and a level, or None."""

    type: str = ""
    seat: tuple[str, str, int] | None = None
    happened_on: date = date.min
    until_on: date | None = None
    text: str | None = None
    papers: bool = True
    fields: tuple[tuple[str, str | None], ...] = ()


def guards(today, own=NONE):
    """The guards of a day, to be asked of a case and a trigger; ``own`` are a walk's, by kind."""
    return lambda case, trigger: (ASKED | own)[case.kind](case, today, begins=trigger == "submit")


def frozen(case, today):
    """P37: no transfer from 15 July, of graduating grades nothing from 1 July, to 14 August."""
    day = today.month, today.day
    is_last = case.pupil.level == YEARS[case.pupil.stage]
    since = (7, 1) if is_last else (7, 15)
    meant = is_last or case.kind == "TRANSFER"
    return {"E-FREEZE"} if meant and since <= day <= (8, 14) else set()


def problem(pupil):
    return {"E-PROBLEM"} if pupil.problem else set()


def registration(case, _today, *, begins):
    pending = case.pupil.status == "PENDING_REGISTRATION"
    return problem(case.pupil) | (set() if pending else {"E-STATUS"})


def tab(pupil, *, behind):
    """P02: foreign pupils, then those of the first level, then all others."""
    if "nationality" in pupil.odd:
        return "FOREIGN"
    first = pupil.level == 1 or (behind and pupil.stage == "PRIMARY")
    return "NEW" if first else "IN_SCHOOL"


def registering(shut, behind):
    """Registration while authorities have shut this and that, and a cohort has not moved up."""

    def why_not(case, today, *, begins):
        found, pupil = registration(case, today, begins=begins), case.pupil
        if not begins:
            return found
        place = tab(pupil, behind=behind())
        waits = behind() and (pupil.stage, pupil.level) == ("PRIMARY", 1)
        if waits and place != "IN_SCHOOL":
            found.add("E-PROMO")
        if place == "IN_SCHOOL" and "in_school_registration" in shut:
            found.add("E-SWITCH-BY")
        if pupil.odd.get("id_type") == "Z" and "allow_no_id_registration" in shut:
            found.add("E-SWITCH-BY")
        if "id_type" in pupil.odd and not case.wish.papers:
            found.add("E-EVIDENCE")
        return found

    return why_not


def transfer(case, today, *, begins):
    found, pupil = problem(case.pupil), case.pupil
    if pupil.status != IN:
        found.add("E-STATUS")
    if pupil.stage != case.wish.seat[1]:
        found.add("E-STAGE")
    if begins:
        found |= frozen(case, today)
    if case.state == "AWAITING_PULL" and not case.reported:
        found.add("E-PULL")
    return found


def key_change(case, today, *, begins):
    wanted, pupil, found = dict(case.wish.fields), case.pupil, set()
    if pupil.status == "DECEASED":
        found.add("E-STATUS")
    if set(wanted) - set(CONTROLLED):
        found.add("E-CF-NOT")
    if wanted.get("name") == pupil.text:
        found.add("E-CF-SAME")
    if wanted.get("gender") == "1":  # all of them are girls, and their ID numbers say so
        found.add("E-ID-SEX")
    if begins:
        found |= frozen(case, today) | (set() if case.wish.papers else {"E-EVIDENCE"})
    return found


def movement(case, today, *, begins):
    wish, pupil, law = case.wish, case.pupil, MOVEMENTS[case.wish.type]
    found = set() if wish.type == "DEATH" else problem(pupil)
    if law.senior_only and pupil.stage != "SENIOR":
        found.add("E-STAGE")
    if pupil.status not in law.sources:
        is_away = law.period == "begins" and pupil.status in RETURNS
        found.add("E-RETURNTYPE" if is_away else "E-STATUS")
    if not seat_fits(law.seat, wish.seat, pupil):
        found.add("E-TARGET")
    if begins:
        found |= papers_missing(wish, law) | dates_wrong(wish, law, pupil, today)
        found |= set() if wish.type == "DEATH" else frozen(case, today)
    return found


def seat_fits(asked, seat, pupil):
    if not asked or seat is None:
        return not asked and seat is None
    _school, stage, level = seat
    wanted = {"below": pupil.level - 1, "above": pupil.level + 1}.get(asked, level)
    return level == wanted and (asked == "any" or stage == pupil.stage)


def papers_missing(wish, law):
    found = set() if (wish.text or "").strip() else {"E-REASON"}  # the code of the walks says none
    return found | ({"E-EVIDENCE"} if law.papers and not wish.papers else set())


def dates_wrong(wish, law, pupil, today):
    if wish.happened_on > today:
        return {"E-FUTURE"}
    if wish.happened_on < pupil.since:
        return {"E-EARLY"}
    return set() if bool(wish.until_on) == law.term else {"E-TERM"}


ASKED = {
    "REGISTRATION": registration,
    "TRANSFER": transfer,
    "KEY_CHANGE": key_change,
    "MOVEMENT": movement,
}


# ── what a case brings about ─────────────────────────────────────────────────────────────────


def carry_out(case, today):
    """Change what the model knows of the pupil, as the end of a case does."""
    pupil, wish = case.pupil, case.wish
    if case.kind == "KEY_CHANGE":
        pupil.text = dict(wish.fields).get("name", pupil.text)
    elif case.kind == "REGISTRATION":
        begin(pupil, today)
    elif case.kind == "TRANSFER":
        pupil.school, pupil.stage, pupil.level = wish.seat
        begin(pupil, today)
    else:
        move(pupil, wish, MOVEMENTS[wish.type])


def move(pupil, wish, law):
    if law.period == "begins":
        stays = pupil.present and wish.seat[0] == pupil.school
        pupil.school, pupil.stage, pupil.level = wish.seat
        if stays:
            pupil.status = IN
        else:
            begin(pupil, wish.happened_on)
        return
    if wish.seat:
        pupil.level = wish.seat[2]
        return
    if law.period == "ends" and pupil.present:
        pupil.since, pupil.present = max(pupil.since, wish.happened_on), False
    pupil.status = law.to


def begin(pupil, day):
    pupil.status, pupil.present, pupil.since = IN, True, max(pupil.since, day)
