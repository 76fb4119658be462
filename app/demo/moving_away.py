"""Transfers of the demo world: all three routes, and what can become of them on the way."""

from __future__ import annotations

from app.demo.scenes import At, Pupil, Remark, Scene, Transfer, leader, operator, registrar
from app.workflows.desk import Trigger

MOVED_HOME, PARENTS_WORK, MIGRANTS, RELATIVES = "2", "3", "4", "5"

TRANSFERS = (
    # ── within a county ─────────────────────────────────────────────────────────────────────
    Scene(Transfer(Pupil(At.BAIHE, "13", 12), MOVED_HOME), At.HANZHONG, 1),
    Scene(
        Transfer(Pupil(At.HANZHONG, "14", 11), RELATIVES), At.BAIHE, 12, (leader(At.HANZHONG, 11),)
    ),
    Scene(
        Transfer(Pupil(At.HONGNIWAN, "15", 10), MOVED_HOME),
        At.BAIHE,
        14,
        (leader(At.HONGNIWAN, 12), registrar(At.WANCHENG, 9)),
        sent_ago=7,
    ),
    Scene(
        Transfer(Pupil(At.HONGNIWAN, "13", 14), PARENTS_WORK),
        At.HANZHONG,
        9,
        (leader(At.HONGNIWAN, 7, Trigger.DISAGREE, "家长已书面撤回转学申请，不再转出。"),),
    ),
    Scene(
        Transfer(Pupil(At.HANZHONG, "12", 13), MOVED_HOME),
        At.HONGNIWAN,
        8,
        (registrar(At.HONGNIWAN, 7, Trigger.WITHDRAW),),
    ),
    # ── to another county ───────────────────────────────────────────────────────────────────
    Scene(
        Transfer(Pupil(At.BAIHE, "15", 14), PARENTS_WORK),
        At.SEVENTH,
        28,
        (leader(At.SEVENTH, 27), registrar(At.WOLONG, 25), leader(At.BAIHE, 22)),
        said=(
            Remark(f"registrar@{At.SEVENTH}", 6, "学生已在我校借读一个月，请贵局尽快核办，谢谢。"),
            Remark(f"registrar@{At.WANCHENG}", 5, "户籍材料正在核对，本周内答复。"),
        ),
    ),
    Scene(
        Transfer(Pupil(At.SEVENTH, "13", 12), MOVED_HOME),
        At.BAIHE,
        6,
        (
            leader(At.BAIHE, 5),
            registrar(At.WANCHENG, 2, Trigger.SEND_BACK, "缺居住证明，补传后重新提交。"),
        ),
    ),
    Scene(
        Transfer(Pupil(At.HONGNIWAN, "15", 16), MIGRANTS),
        At.YIHE,
        24,
        (
            leader(At.YIHE, 23),
            registrar(At.ZHONGYUAN, 21),
            leader(At.HONGNIWAN, 18),
            registrar(
                At.YIHE, 3, Trigger.ESCALATE, "宛城区教育体育局两次电话均无人答复，已等待半个月。"
            ),
        ),
    ),
    Scene(
        Transfer(Pupil(At.THIRD, "22", 12), PARENTS_WORK),
        At.TWELFTH,
        36,
        (
            leader(At.TWELFTH, 35),
            registrar(At.WOLONG, 33),
            leader(At.THIRD, 30),
            registrar(At.TWELFTH, 15, Trigger.ESCALATE, "转出地教育局十五个工作日未核办。"),
            registrar(At.NANYANG, 13, Trigger.AGREE, "材料齐全，代宛城区教育体育局核办。"),
        ),
    ),
    Scene(
        Transfer(Pupil(At.HONGNIWAN, "22", 11), PARENTS_WORK),
        At.ZZ73,
        43,
        (
            leader(At.ZZ73, 42),
            registrar(At.ZHONGYUAN, 40),
            leader(At.HONGNIWAN, 37),
            registrar(At.ZZ73, 24, Trigger.ESCALATE, "转出地教育局十三个工作日未核办。"),
            registrar(At.ZZ73, 4, Trigger.ESCALATE, "市教育局干预后仍未核办，请省教育厅核办。"),
        ),
    ),
    # ── to another province ─────────────────────────────────────────────────────────────────
    Scene(
        Transfer(Pupil(At.SEVENTH, "12", 15), MIGRANTS),
        At.CHAOYANG,
        4,
        (leader(At.CHAOYANG, 3), registrar(At.XINGNING, 2)),
    ),
    Scene(
        Transfer(Pupil(At.BAIHE, "12", 16), PARENTS_WORK),
        At.BINHU,
        9,
        (leader(At.BINHU, 8), registrar(At.QINGXIU, 6), operator(5)),
    ),
    Scene(
        Transfer(Pupil(At.CHAOYANG, "14", 13), PARENTS_WORK),
        At.BAIHE,
        16,
        (
            leader(At.BAIHE, 15),
            registrar(At.WANCHENG, 13),
            operator(12),
            leader(At.CHAOYANG, 9),
            registrar(At.XINGNING, 4),
        ),
    ),
    Scene(
        Transfer(Pupil(At.BINHU, "13", 15), MIGRANTS),
        At.HANZHONG,
        22,
        (
            leader(At.HANZHONG, 21),
            registrar(At.WANCHENG, 19),
            operator(18),
            leader(At.BINHU, 16),
            registrar(At.QINGXIU, 13),
            registrar(At.HANZHONG, 11, Trigger.REPORT),
            registrar(At.HANZHONG, 11, Trigger.PULL),
        ),
    ),
    Scene(
        Transfer(Pupil(At.NN2, "21", 14), PARENTS_WORK),
        At.ZZ73,
        40,
        (
            leader(At.ZZ73, 39),
            registrar(At.ZHONGYUAN, 37),
            operator(36),
            leader(At.NN2, 34),
            registrar(At.ZZ73, 22, Trigger.ESCALATE, "南宁市教育局超过十个工作日未核办。"),
            registrar(At.ZZ73, 6, Trigger.ESCALATE, "省级干预后仍未核办，请教育部协调。"),
        ),
    ),
    Scene(Transfer(Pupil(At.BINHU, "14", 12), MOVED_HOME), At.CHAOYANG, 13),
)
