"""The page docs/roles.md, drawn from the matrix, the gifts and the switches.

`make roles` runs this file; a test holds the page to the data.
"""

import sys
from collections.abc import Iterator

from app.messages.catalogue import CATALOGUE
from app.policies.matrix import GIVEN, LETTERS, MATRIX, WHEN, Function, When, letters_of
from app.policies.roles import Role
from app.policies.switches import SWITCHES, Group, Switch
from config import ROOT

PAGE = ROOT / "docs" / "roles.md"
HEAD = """# 角色权限表

本页由 `app/policies/matrix.py` 与 `app/policies/switches.py` 生成（`make roles`），请勿手工修改。
各岗位只能看到、办理本单位和所辖单位的数据，教师只能看到自己任教班级的学生；
数据范围如何保证，见 [architecture.md](architecture.md)。

"""
NONE = "–"


def word(code: str) -> str:
    return CATALOGUE[code].zh


def page() -> str:
    """Return the whole page."""
    parts = (roles(), legend(), table(), gifts(), switches())
    return HEAD + "\n".join("\n".join(lines) + "\n" for lines in parts)


def roles() -> Iterator[str]:
    yield "## 岗位"
    yield from head("代号", "岗位", "层级", "接触学生数据")
    for role in Role:
        tier = word(f"tier.{role.tier}")
        sees = "是" if role.sees_pupils else NONE
        yield line(role, word(f"role.{role}"), tier, sees)


def legend() -> Iterator[str]:
    yield "## 权限"
    yield "字母：" + "；".join(f"{letter} {text.zh}" for letter, text in LETTERS.items()) + "。"
    yield ""
    yield "括号内为条件：" + "、".join(text.zh for text in WHEN.values()) + "。"
    yield "“开关”一列写明哪个业务控制开关可以关闭该功能。"


def table() -> Iterator[str]:
    yield from head("功能", *Role, "开关")
    for key, function in MATRIX.items():
        cells = [cell(role, key) for role in Role]
        yield line(function.name.zh, *cells, closing(function))


def cell(role: Role, key: str) -> str:
    held = letters_of(role, key)
    return " ".join(f"{letter}{condition(when)}" for letter, when in held.items()) or NONE


def condition(when: When) -> str:
    return f"（{WHEN[when].zh}）" if when in WHEN else ""


def closing(function: Function) -> str:
    return word(f"switch.{function.switch}") if function.switch else NONE


def gifts() -> Iterator[str]:
    yield "## 学校可以授予教师的功能"
    yield "由学校学籍管理员授予个人或用户组："
    yield ""
    for need in GIVEN:
        key, letter = need.split(":")
        yield f"- {MATRIX[key].name.zh}（{LETTERS[letter].zh}）"


def switches() -> Iterator[str]:
    yield "## 业务控制开关"
    yield "上级的规定对所辖单位一并有效，就近的优先；上级注明“统一规定”的，下级不能另设。"
    yield ""
    yield from head("分组", "开关", "说明", "默认值", "可选值", "由谁设置", "关闭的功能")
    for key, switch in sorted(SWITCHES.items(), key=lambda pair: list(Group).index(pair[1].group)):
        yield line(
            word(f"group.{switch.group}"),
            f"{word(f'switch.{key}')} `{key}`",
            word(f"switch.{key}.help"),
            value(key, switch.default),
            values(key, switch),
            "、".join(word(f"role.{role}") for role in switch.setters),
            closed(key, switch),
        )


def value(key: str, name: str) -> str:
    known = [code for code in (f"switch.{key}.{name}", f"value.{name}") if code in CATALOGUE]
    return word(known[0]) if known else name


def values(key: str, switch: Switch) -> str:
    if switch.is_number:
        return f"{switch.least}–{switch.most}"
    return "、".join(value(key, name) for name in switch.choices)


def closed(key: str, switch: Switch) -> str:
    if not switch.closes:
        return NONE
    bound = "、".join(word(f"role.{role}") for role in switch.binds)
    return f"{value(key, switch.closes)}时，{bound}不能办理：{word(f'switch.{key}.shuts')}"


def head(*names: str) -> Iterator[str]:
    yield line(*names)
    yield "|" + "---|" * len(names)


def line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    sys.stdout.write(f"{len(MATRIX)} functions, {len(SWITCHES)} switches: {PAGE}\n")
