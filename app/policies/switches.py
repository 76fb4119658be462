"""业务控制开关: what can be opened, closed or set, by whom, and what holds where and when.

A value holds for the organisation that set it and everybody below. The nearest word counts,
unless somebody above said that theirs is binding; without any word the default holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from app.errors import Refusal
from app.messages.text import Text
from app.models.organisation import Organisation
from app.models.switch import SwitchValue
from app.policies.roles import LEADERS, Role

ON, OFF = "on", "off"
BUSINESS = (*LEADERS[1:], Role.MIN)  # leaders of authorities, and the ministry
GUARDIANS = (Role.SEC,)


class Group(StrEnum):
    """Under which heading a switch stands on the page."""

    REGISTRATION = "REGISTRATION"
    MOVEMENT = "MOVEMENT"
    YEAR = "YEAR"
    DATA = "DATA"
    SAFETY = "SAFETY"


@dataclass(frozen=True, slots=True)
class Switch:
    """One switch: its words, its values, its default, who may set it.

    ``choices`` are the values a flag or a choice may have; a number lies in ``most`` and ``least``.
    """

    group: Group
    name: Text
    help: Text
    default: str = OFF
    choices: tuple[str, ...] = (ON, OFF)
    least: int = 0
    most: int = 0
    setters: tuple[Role, ...] = BUSINESS

    @property
    def is_number(self) -> bool:
        """Tell whether the value is a whole number."""
        return self.most > 0

    def takes(self, value: str) -> bool:
        """Tell whether this is a value of the switch."""
        if self.is_number:
            return value.isascii() and value.isdigit() and self.least <= int(value) <= self.most
        return value in self.choices


SWITCHES: Mapping[str, Switch] = {
    "freeze_transfer": Switch(
        Group.MOVEMENT,
        Text("暂停转学", "Transfers frozen"),
        Text("打开后，本辖区学校不能发起转学。", "While on, schools here cannot start a transfer."),
    ),
    "province_may_promote": Switch(
        Group.YEAR,
        Text("省级可自行升级", "A province may turn its own year"),
        Text("关闭后，只有教育部执行升级。", "While off, only the ministry turns the school year."),
        default=ON,
        setters=(Role.MIN,),
    ),
    "national_lookup": Switch(
        Group.DATA,
        Text("全国查询", "National look-up"),
        Text(
            "凭姓名加学籍号或证件号查询学生状态与所在学校。",
            "Ask for a pupil's status and school by exact name and number.",
        ),
        default=ON,
    ),
    "second_factor": Switch(
        Group.SAFETY,
        Text("登录动态口令", "Second factor at sign-in"),
        Text(
            "县级及以上人员和三类管理员登录时还要输入动态口令。",
            "County tier and above and the three administrators also give a one-time code.",
        ),
        setters=GUARDIANS,
    ),
    "single_session": Switch(
        Group.SAFETY,
        Text("一号一机", "One session per account"),
        Text(
            "打开后，同一账号再次登录时，先前的登录立即失效。",
            "While on, a new sign-in ends the earlier session of the same account.",
        ),
        default=ON,
        setters=GUARDIANS,
    ),
    "seal_unused_days": Switch(
        Group.SAFETY,
        Text("停用长期未登录账号（天）", "Seal accounts unused for (days)"),
        Text(
            "超过这些天没有登录的账号自动停用，由上一级重新启用；0 表示不停用。",
            "Accounts without a sign-in for longer are sealed; the tier above reopens them."
            " 0 seals none.",
        ),
        default="90",
        least=0,
        most=3650,
        setters=GUARDIANS,
    ),
    "password_profile": Switch(
        Group.SAFETY,
        Text("密码规则", "Password rules"),
        Text(
            "dengbao3：至少 8 位、三类字符、90 天一换；asvs：至少 12 位、查弱密码、不强制更换。",
            "dengbao3: 8 characters of three kinds, changed every 90 days;"
            " asvs: 12 characters, no known or guessable one, no forced change.",
        ),
        default="dengbao3",
        choices=("dengbao3", "asvs"),
        setters=GUARDIANS,
    ),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """What holds: the value, and whose word it is; nobody's when the default holds."""

    key: str
    value: str
    word: SwitchValue | None = None

    @property
    def is_on(self) -> bool:
        """Tell whether a flag is on."""
        return self.value == ON

    @property
    def number(self) -> int:
        """Return the value of a number."""
        return int(self.value)

    def closed(self, code: str = "E-SWITCH-BY") -> Refusal:
        """Return the refusal that says what is closed, and which authority closed it."""
        name = SWITCHES[self.key].name
        by = self.word.organisation.name if self.word else ""
        return Refusal(
            code if by else "E-SWITCH", {"name": name.zh, "name_en": name.en, "authority": by}
        )


def ancestors(path: str) -> list[str]:
    """Return the paths from the ministry down to an organisation, itself included."""
    parts = path.strip("/").split("/") if path.strip("/") else []
    return ["/", *("/" + "/".join(parts[: n + 1]) + "/" for n in range(len(parts)))]


def settings(session: Session, path: str, day: date) -> dict[str, Setting]:
    """Return what holds at an organisation on a day, for every switch."""
    words = session.scalars(
        select(SwitchValue)
        .join(SwitchValue.organisation)
        .options(contains_eager(SwitchValue.organisation))
        .where(
            Organisation.path.in_(ancestors(path)),
            SwitchValue.valid_from <= day,
            (SwitchValue.valid_to.is_(None)) | (SwitchValue.valid_to >= day),
        )
        .order_by(Organisation.path, SwitchValue.id)
    ).all()
    return {key: _decided(key, [word for word in words if word.key == key]) for key in SWITCHES}


def setting(session: Session, path: str, key: str, day: date) -> Setting:
    """Return what holds of one switch at an organisation on a day."""
    return settings(session, path, day)[key]


def _decided(key: str, words: Iterable[SwitchValue]) -> Setting:
    """Let the last word of each organisation count, the nearest one first, a binding one before."""
    last = {word.organisation_id: word for word in words}  # from the ministry down, oldest first
    spoken = [word for word in last.values() if word.value is not None]
    if not spoken:
        return Setting(key, SWITCHES[key].default)
    word = next((word for word in spoken if word.is_binding), spoken[-1])
    return Setting(key, str(word.value), word)
