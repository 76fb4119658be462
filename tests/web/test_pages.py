"""Every page in both languages, on a desk and on a phone: whole, legible, named, at home."""


def test_the_desk_opens(visit, shot):
    page = visit("admin")
    shot(page, "desk")
