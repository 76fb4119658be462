"""What anybody may fetch is what the project holds; nobody's picture or file lies there."""

from pathlib import Path

KINDS = {".css", ".js", ".svg", ".md", ".woff2", ".png", ".ico", ".txt", ""}


def test_only_our_own_files_are_static(app, house):
    folder = Path(app.static_folder)
    assert {path.suffix for path in folder.rglob("*") if path.is_file()} <= KINDS
    assert folder not in (house.var, *house.var.parents)
    assert not house.var.is_relative_to(folder)
    assert house.var.as_posix() not in folder.as_posix()
    open_doors = [r for r in app.url_map.iter_rules() if "filename" in r.arguments]
    assert {r.endpoint for r in open_doors} <= {"static", "appbuilder.static"}


def test_a_picture_of_nobody_is_not_there(web):
    for path in (
        "/static/uploads/a.jpg",
        "/static/img/../../var/a.jpg",
        "/static/%2e%2e/config.py",
    ):
        answer = web(None).get(f"/static/{path}", follow_redirects=True)
        assert answer.status_code == 404
        answer.close()
