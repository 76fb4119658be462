"""The pages docs/templates/*.md: every template of the import desk as a table of its columns.

`make templates` runs this file; `test_template_pages.py` holds pages and templates together.
"""

from app.imports.desk import TEMPLATES
from app.imports.spec import ImportSpec
from app.imports.template import guide_row
from app.messages.catalogue import text_of
from config import ROOT
from tests.house.roles_page import head, line

FOLDER = ROOT / "docs" / "templates"
NAMES = ("", *TEMPLATES)
HEAD = """# {zh} {en}

本页由 `app/imports` 中的模板定义生成（`make templates`），请勿手工修改。
Drawn from the template; do not edit by hand.

"""


def file_of(name):
    """Return where the page of a template stands; the empty name is the list of all."""
    return FOLDER / f"{name or 'README'}.md"


def page(name: str) -> str:
    """Return a page whole."""
    return table(TEMPLATES[name]) if name else contents()


def contents() -> str:
    """Return the list of all templates."""
    rows = [*head("模板 Template", "文件 File", "用途", "What it is for")]
    for name, spec in TEMPLATES.items():
        title, about = text_of(f"template.{name}"), text_of(f"template.{name}.about")
        shown = f"[{title.zh} {title.en}]({name}.md)"
        rows.append(line(shown, f"`{name}` {spec.version}", about.zh, about.en))
    drawn = "`xueji template NAME -o FILE` 生成空模板 / draws the empty workbook."
    return HEAD.format(zh="导入模板", en="Import templates") + "\n".join([*rows, "", drawn, ""])


def table(spec: ImportSpec) -> str:
    """Return the columns of a template, as its guide sheet tells them."""
    title, about = text_of(f"template.{spec.name}"), text_of(f"template.{spec.name}.about")
    sheet = f"工作表 / sheet：{spec.sheet}　版本 / version：{spec.version}"
    told = f"{about.zh}\n{about.en}\n\n{sheet}\n\n"
    rows = [*head("列", "栏目", "英文栏目", "交换键", "要求", "填写方法", "示例")]
    for number, column in enumerate(spec.columns, start=1):
        _, heading, label, asked, how, example = guide_row(number, column)
        cells = (str(number), heading, label, f"`{column.key}`", asked, how, example)
        rows.append(line(*(cell.replace("|", "\\|") for cell in cells)))
    return HEAD.format(zh=title.zh, en=title.en) + told + "\n".join([*rows, ""])


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in NAMES:
        file_of(each).write_text(page(each), "utf-8")
