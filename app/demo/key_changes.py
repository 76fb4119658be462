"""Key data changes of the demo world: what a register writes wrongly, and how it is put right."""

from __future__ import annotations

from app.demo.scenes import At, Correction, Pupil, Scene, leader, registrar
from app.workflows.desk import Trigger

BOOK, BOOK_AND_PAPER = ("户口簿.jpg",), ("户口簿.jpg", "派出所证明.jpg")
HUI, BINHE_ROAD = "03", "411303001000"  # code tables ethnic_group and division

KEY_CHANGES = (
    Scene(
        Correction(Pupil(At.BAIHE, "13", 17), "name", "{:.2}轩", "户口簿已更名", BOOK_AND_PAPER),
        At.BAIHE,
        2,
    ),
    Scene(
        Correction(Pupil(At.BAIHE, "14", 15), "hukou_division", BINHE_ROAD, "户口迁入卧龙区", BOOK),
        At.BAIHE,
        12,
        (leader(At.BAIHE, 10),),
    ),
    Scene(
        Correction(Pupil(At.HANZHONG, "16", 12), "name", "{:.2}涵", "录入时漏一字", BOOK_AND_PAPER),
        At.HANZHONG,
        15,
        (leader(At.HANZHONG, 13),),
    ),
    Scene(
        Correction(Pupil(At.THIRD, "21", 12), "ethnic", HUI, "户口簿民族为回族", BOOK),
        At.THIRD,
        7,
        (
            leader(At.THIRD, 6),
            registrar(At.WANCHENG, 4, Trigger.SEND_BACK, "照片看不清民族一栏，请重拍。"),
        ),
    ),
    Scene(
        Correction(
            Pupil(At.HONGNIWAN, "14", 12), "name", "{:.2}宇", "户口簿已更名", BOOK_AND_PAPER
        ),
        At.HONGNIWAN,
        17,
        (leader(At.HONGNIWAN, 16), registrar(At.WANCHENG, 14)),
    ),
    Scene(
        Correction(Pupil(At.HIGH, "31", 13), "name", "{:.2}然", "中考报名时更名", BOOK_AND_PAPER),
        At.HIGH,
        5,
        (leader(At.HIGH, 4),),
    ),
    Scene(
        Correction(Pupil(At.SEVENTH, "14", 13), "name", "{:.2}一", "户口簿已更名", BOOK),
        At.SEVENTH,
        6,
        (leader(At.SEVENTH, 5),),
    ),
    Scene(
        Correction(Pupil(At.YIHE, "15", 14), "name", "{:.2}妍", "户口簿已更名", BOOK),
        At.YIHE,
        8,
        (leader(At.YIHE, 7),),
    ),
    Scene(
        Correction(Pupil(At.CHAOYANG, "12", 14), "name", "{:.2}宁", "户口簿已更名", BOOK),
        At.CHAOYANG,
        3,
        (leader(At.CHAOYANG, 2),),
    ),
)
