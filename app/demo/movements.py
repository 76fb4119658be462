"""Movements of the demo world: who left for a time or for good, who came back, who waits."""

from __future__ import annotations

from app.demo.past import Step
from app.demo.scenes import At, Move, Pupil, Remark, Scene, leader, registrar
from app.models.change import MovementType as M
from app.workflows.desk import Trigger

GOOD_MARKS, ILLNESS, OTHER_ILLNESS, VOLUNTARY = "1", "10", "19", "21"
PARENT_ILL, ABROAD, OTHER = "26", "30", "99"  # code table movement_reason
DIAGNOSIS, FORM = ("诊断证明.jpg",), ("诊断证明.jpg", "休学申请表.jpg")
VISA, MARKS, REQUEST = ("出境材料.jpg",), ("成绩单.jpg",), ("本人申请书.jpg",)


def passed(school: str, authority: str, ago: int) -> tuple[Step, ...]:
    """Both offices agreed within the week."""
    return (leader(school, ago - 1), registrar(authority, ago - 3))


SUSPENSIONS = (
    Scene(
        Move(M.SUSPEND, Pupil(At.BAIHE, "14", 12), ILLNESS, "骨折术后静养", 120, papers=FORM),
        At.BAIHE,
        4,
        (leader(At.BAIHE, 3),),
        said=(Remark(f"leader@{At.BAIHE}", 3, "已与家长核实，班级安排送教。"),),
    ),
    Scene(
        Move(M.SUSPEND, Pupil(At.BAIHE, "13", 15), OTHER_ILLNESS, None, 90, papers=DIAGNOSIS),
        At.BAIHE,
        5,
        (leader(At.BAIHE, 3, Trigger.SEND_BACK, "诊断证明缺医院盖章，请重新拍照上传。"),),
    ),
    Scene(
        Move(M.SUSPEND, Pupil(At.THIRD, "22", 15), OTHER_ILLNESS, None, 180, papers=DIAGNOSIS),
        At.THIRD,
        10,
    ),
    Scene(
        Move(M.SUSPEND, Pupil(At.BAIHE, "16", 13), ILLNESS, None, 20, papers=DIAGNOSIS),
        At.BAIHE,
        52,
        passed(At.BAIHE, At.WANCHENG, 52),
    ),
    Scene(
        Move(M.SUSPEND, Pupil(At.BAIHE, "15", 11), OTHER_ILLNESS, None, -2, papers=DIAGNOSIS),
        At.BAIHE,
        44,
        passed(At.BAIHE, At.WANCHENG, 44),
    ),
    Scene(
        Move(M.SUSPEND, Pupil(At.HIGH, "32", 12), PARENT_ILL, None, -6, papers=FORM),
        At.HIGH,
        47,
        passed(At.HIGH, At.WANCHENG, 47),
    ),
    Scene(
        Move(M.SUSPEND, Pupil(At.HANZHONG, "15", 12), ILLNESS, None, -12, papers=DIAGNOSIS),
        At.HANZHONG,
        50,
        passed(At.HANZHONG, At.WANCHENG, 50),
    ),
    Scene(
        Move(M.RESUME, Pupil(At.HANZHONG, "15", 12), note="已康复", grade="15"),
        At.HANZHONG,
        9,
        passed(At.HANZHONG, At.WANCHENG, 9),
    ),
    Scene(
        Move(M.SUSPEND, Pupil(At.ZZ73, "31", 12), ILLNESS, None, 200, papers=DIAGNOSIS),
        At.ZZ73,
        16,
        (leader(At.ZZ73, 14),),
    ),
    Scene(
        Move(M.SUSPEND, Pupil(At.NN2, "22", 13), ILLNESS, None, 150, papers=DIAGNOSIS),
        At.NN2,
        5,
        (leader(At.NN2, 4),),
    ),
)
LEAVES = (
    Scene(
        Move(M.ABROAD, Pupil(At.BAIHE, "16", 15), ABROAD, papers=VISA),
        At.BAIHE,
        48,
        passed(At.BAIHE, At.WANCHENG, 48),
    ),
    Scene(
        Move(M.RETURN_HOME, Pupil(At.BAIHE, "16", 15), note="随父母回国", grade="16"),
        At.HANZHONG,
        3,
        (leader(At.HANZHONG, 2),),
    ),
    Scene(
        Move(M.WITHDRAW, Pupil(At.HIGH, "32", 14), VOLUNTARY, papers=REQUEST),
        At.HIGH,
        4,
        (leader(At.HIGH, 2),),
    ),
    Scene(
        Move(M.EXPEL, Pupil(At.FIRST_HIGH, "32", 13), OTHER, "多次严重违纪", papers=MARKS),
        At.FIRST_HIGH,
        6,
        (leader(At.FIRST_HIGH, 5),),
    ),
    Scene(
        Move(M.REPEAT, Pupil(At.HIGH, "32", 16), note="因病缺课过多", grade="31"),
        At.HIGH,
        20,
        passed(At.HIGH, At.WANCHENG, 20),
    ),
    Scene(
        Move(M.SKIP, Pupil(At.HANZHONG, "13", 10), GOOD_MARKS, grade="14", papers=MARKS),
        At.HANZHONG,
        3,
        (leader(At.HANZHONG, 1),),
    ),
    Scene(
        Move(M.OTHER_LEAVE, Pupil(At.HONGNIWAN, "15", 12), note="拟转入特殊教育学校就读"),
        At.HONGNIWAN,
        11,
        (
            leader(At.HONGNIWAN, 10),
            registrar(At.WANCHENG, 8, Trigger.DISAGREE, "可携带学籍转入，请办理转学。"),
        ),
    ),
    Scene(
        Move(M.MISSING, Pupil(At.TWELFTH, "21", 14), note="家长已报警，十五日未到校"),
        At.TWELFTH,
        16,
        (leader(At.TWELFTH, 15),),
    ),
    Scene(
        Move(M.SUSPECT_DROPOUT, Pupil(At.HONGNIWAN, "22", 13), note="连续两周未到校，家访三次无人"),
        At.HONGNIWAN,
        2,
    ),
    Scene(
        Move(M.SUSPECT_DROPOUT, Pupil(At.THIRD, "23", 14), note="随亲属外出务工，劝返未果"),
        At.THIRD,
        18,
        passed(At.THIRD, At.WANCHENG, 18),
    ),
    Scene(
        Move(M.ABROAD, Pupil(At.BINHU, "15", 12), ABROAD, papers=VISA),
        At.BINHU,
        3,
        (leader(At.BINHU, 2),),
    ),
)
