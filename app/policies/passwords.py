"""口令规则: what a password must be, by profile; data, and the questions asked of it.

dengbao3: GB/T 22239-2019 8.1.4.1 (complexity, regular change). asvs: OWASP ASVS 5.0 6.2 (length,
known and guessable words, no forced change).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from werkzeug.security import check_password_hash
from zxcvbn import zxcvbn

from app.errors import Refusal, refuse_unless

LONGEST = 128  # characters; a longer one only costs time
GUESSED = 72  # characters zxcvbn looks at
KINDS = (str.islower, str.isupper, str.isdigit, lambda letter: not letter.isalnum())
SHORTEST_WORD = 3  # letters; a shorter part of a login proves nothing
HOUSE_WORDS = ("xueji", "学籍", "管理台")


@dataclass(frozen=True, slots=True)
class Profile:
    """One set of rules: characters, kinds of four, last ones not to use, days, zxcvbn's score."""

    shortest: int
    kinds: int = 0
    past: int = 1
    days: int | None = None
    score: int = 0


PROFILES: Mapping[str, Profile] = {
    "dengbao3": Profile(shortest=8, kinds=3, past=5, days=90),
    "asvs": Profile(shortest=12, score=3),
}


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose password it is: words that must not be in it."""

    login: str
    name: str
    place: str = ""

    @property
    def words(self) -> list[str]:
        """Return the login, its parts and the name, in small letters."""
        parts = [self.login, *self.login.replace("@", "-").split("-")]
        long_enough = [part for part in parts if len(part) >= SHORTEST_WORD]
        return [word.casefold() for word in (*long_enough, self.name) if word]


def why_not(
    profile: Profile, password: str, holder: Holder, past: Iterable[str] = ()
) -> list[Refusal]:
    """Return every reason against a password; ``past`` are hashes, the present one first."""
    answers = (
        refuse_unless(len(password) >= profile.shortest, "password.short", least=profile.shortest),
        refuse_unless(len(password) <= LONGEST, "password.long", most=LONGEST),
        refuse_unless(kinds(password) >= profile.kinds, "password.kinds", kinds=profile.kinds),
        refuse_unless(not names(password, holder), "password.own_name"),
        refuse_unless(score(profile, password, holder) >= profile.score, "password.guessed"),
        refuse_unless(not was_used(profile, password, past), "password.used", past=profile.past),
    )
    return [answer for answer in answers if answer]


def kinds(password: str) -> int:
    """Return how many of small letters, capitals, digits and other signs a password has."""
    return sum(any(map(kind, password)) for kind in KINDS)


def names(password: str, holder: Holder) -> bool:
    """Tell whether a password holds its holder's login, a part of it, or the name."""
    said = password.casefold()
    return any(word in said for word in holder.words)


def score(profile: Profile, password: str, holder: Holder) -> int:
    """Return zxcvbn's score, 0 to 4; 0 where the profile asks for none."""
    if not profile.score or not password:
        return 0
    context = [*holder.words, *filter(None, [holder.place]), *HOUSE_WORDS]
    return int(zxcvbn(password[:GUESSED], user_inputs=context)["score"])


def was_used(profile: Profile, password: str, past: Iterable[str]) -> bool:
    """Tell whether a password is one of the last ones."""
    last = [hashed for hashed in past if hashed][: profile.past]
    return any(check_password_hash(hashed, password) for hashed in last)


def is_expired(profile: Profile, set_at: datetime, now: datetime) -> bool:
    """Tell whether a password has to be changed because of its age."""
    return profile.days is not None and now - set_at >= timedelta(days=profile.days)
