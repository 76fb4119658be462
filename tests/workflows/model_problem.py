"""Who collides with whom, and how it is settled, as P04 and P05 have it (Q-29, 002 VI).

A group is what collides; each record in it has an item. Nothing here knows the program's tables.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

OPEN, EVIDENCED, CHANGED, DELETED = "OPEN", "EVIDENCED", "CHANGED", "DELETED"
GONE = (CHANGED, DELETED)
ALONE = "ID_ERROR"


@dataclass
class Item:
    """A record's part in a group; ``case`` has taken it up."""

    state: str = OPEN
    auto: bool = False
    case: object = None


class Collisions:
    """All groups, and the pairs that were proven to be two persons."""

    def __init__(self):
        self.groups = defaultdict(dict)  # key: {pupil's id: item}
        self.proven = set()

    def compare(self, pupils, ones):
        """Compare some of the pupils with all of them; gives back what moved by itself."""
        touched = set()
        for one in ones:
            for key in keys(one) if is_live(one, "DUP_ID") else ():
                for other in self.against(pupils, one, key):
                    self.raise_again(key, one.id)
                    self.raise_again(key, other.id)
                    touched.add(key)
        for one in ones:
            touched |= self.leave(one)
        self.settle(touched)

    def against(self, pupils, one, key):
        """Whoever has the same as this one, and was never proven to be somebody else."""
        kind = key[0]
        if not is_live(one, kind):
            return []
        others = [one] if kind == ALONE else [o for o in pupils if o is not one]
        same = [o for o in others if is_live(o, kind) and key in keys(o)]
        return [o for o in same if (key, frozenset({one.id, o.id})) not in self.proven]

    def raise_again(self, key, pupil_id):
        item = self.groups[key].get(pupil_id)
        if item is None or item.state != OPEN:
            self.groups[key][pupil_id] = Item()

    def leave(self, one):
        """End what a record does not carry any more."""
        left = set()
        for key, items in self.groups.items():
            item = items.get(one.id)
            if item is None or item.state in GONE:
                continue
            if one.status == "DELETED" or key not in keys(one):
                item.state = DELETED if one.status == "DELETED" else CHANGED
                left.add(key)
        return left

    def settle(self, touched):
        """N−1: the last one left is proven by itself, unless a case has taken it up."""
        for key in touched:
            items = self.groups[key]
            left = [item for item in items.values() if item.state not in GONE]
            if key[0] == ALONE or len(items) < 2 or len(left) != 1:
                continue
            if left[0].state == OPEN and left[0].case is None:
                left[0].state, left[0].auto = EVIDENCED, True

    # ── cases ───────────────────────────────────────────────────────────────────────────────

    def of(self, pupil):
        """The items of a pupil, by what collides."""
        return {key: items[pupil.id] for key, items in self.groups.items() if pupil.id in items}

    def open_to(self, case):
        """What is open against a case's pupil and in no other case."""
        items = self.of(case.pupil).items()
        return {k: i for k, i in items if i.state == OPEN and i.case in (None, case)}

    def others_left(self, pupil):
        """The fewest other records left in a group of the pupil's open ones, or None."""
        keys = [k for k, i in self.of(pupil).items() if i.state == OPEN and k[0] != ALONE]
        left = [
            sum(i.state not in GONE for one, i in self.groups[key].items() if one != pupil.id)
            for key in keys
        ]
        return min(left, default=None)

    def take_up(self, case):
        for item in self.of(case.pupil).values():
            if item.state == OPEN:
                item.case = case

    def lay_down(self, case):
        mine = {key for key, item in self.of(case.pupil).items() if is_taken(item, case)}
        for key in mine:
            self.groups[key][case.pupil.id].case = None
        self.settle(mine)

    def close(self, case, state):
        """End what a case had taken up; a proof is remembered against each of the others."""
        mine = {key for key, item in self.of(case.pupil).items() if is_taken(item, case)}
        for key in mine:
            self.groups[key][case.pupil.id].state = state
            others = [case.pupil.id] if key[0] == ALONE else self.groups[key]
            if state == EVIDENCED:
                pairs = (frozenset({case.pupil.id, other}) for other in others)
                self.proven |= {(key, pair) for pair in pairs if len(pair) == 2 or key[0] == ALONE}
        return mine

    def flag(self, pupil):
        """How the record stands, from its items alone."""
        items = self.of(pupil).values()
        if any(item.state == OPEN for item in items):
            taken = any(item.state == OPEN and item.case for item in items)
            return "IN_PROCESS" if taken else "OPEN"
        return "RESOLVED" if items else "NONE"


def is_taken(item, case):
    return item.state == OPEN and item.case is case


def keys(one):
    """What a record may collide under."""
    found = {("DUP_NSB", (one.text, one.born))}
    if one.document:
        found.add(("DUP_ID", one.document))
        if one.document[6:14] != f"{one.born:%Y%m%d}":
            found.add((ALONE, (one.document, one.id)))
    return found


def is_live(one, kind):
    """Deleted records are compared never; those who have left for good by their number alone."""
    ended = ("DECEASED", "GRADUATED", "COMPLETED") if kind == "DUP_NSB" else ()
    return one.status not in ("DELETED", *ended)


# ── what a problem case asks and brings about ────────────────────────────────────────────────


def asked(collisions):
    """The guards of problem cases, over the collisions of a walk."""

    def why_not(case, _today, *, begins):
        wish, found = case.wish, set()
        wanted = dict(wish.fields)
        if not collisions.open_to(case):
            found.add("E-PROBLEM-NONE")
        if wish.type == "DELETE" and collisions.others_left(case.pupil) == 0:
            found.add("E-PROBLEM-LAST")
        if wanted and wish.type != "CHANGE":
            found.add("E-PROBLEM-FIELDS")
        now = {"name": case.pupil.text, "id_number": case.pupil.document}
        if wish.type == "CHANGE" and (not wanted or wanted.items() & now.items()):
            found.add("E-CF-SAME")
        if begins:
            found |= set() if (wish.text or "").strip() else {"E-REASON"}
            found |= set() if wish.papers or wish.type == "DELETE" else {"E-EVIDENCE"}
        return found

    return why_not


def settled(collisions, pupils, case, trigger):
    """What a step that was carried out means for the collisions."""
    pupil = case.pupil
    if trigger == "submit":
        collisions.take_up(case)
    if case.is_open:
        return
    if case.state != "RESOLVED":
        collisions.lay_down(case)
    elif case.wish.type == "EVIDENCE":
        collisions.settle(collisions.close(case, EVIDENCED))
    elif case.wish.type == "DELETE":
        pupil.status, pupil.present = "DELETED", False
        groups = collisions.close(case, DELETED)
        collisions.compare(pupils, [pupil])
        collisions.settle(groups)
    else:
        wanted = dict(case.wish.fields)
        pupil.text = wanted.get("name", pupil.text)
        pupil.document = wanted.get("id_number", pupil.document)
        collisions.compare(pupils, [pupil])
        collisions.lay_down(case)
