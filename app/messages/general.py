"""What the whole application may say, whatever one was doing."""

from __future__ import annotations

from app.messages.text import Text, Texts

TEXTS: Texts = {
    "app.broken": Text(
        "系统出错，本次操作没有生效；请稍后重试，仍不行请联系系统管理员。",
        "Something broke and nothing was changed; try again, and tell the administrator "
        "if it stays.",
    ),
    "app.not_found": Text(
        "没有这条记录，或不在您的权限范围内。",
        "There is no such record, or it is not yours to see.",
    ),
    "app.forbidden": Text("您的角色没有此项权限。", "Your role does not have this right."),
    "app.in_the_way": Text(
        "与已有数据冲突，未保存；请核对后重试。",
        "Existing data stand in the way, so nothing was saved; check and try again.",
    ),
    "app.sent_before": Text(
        "这份表单已经提交过，只保存一次；请到列表中查看。",
        "This form was sent before and was stored once; look at the list.",
    ),
    "app.stale": Text(
        "该记录刚被他人修改；请刷新后查看最新内容再操作。",
        "Someone else changed this record first; reload, look at it again, then decide.",
    ),
    "app.invalid": Text(
        "填写的内容无法保存；请检查标出的项目。",
        "What was entered cannot be saved; check the marked fields.",
    ),
    "app.no_space": Text(
        "文件存储已满或不可写，文件没有保存；请联系系统管理员，稍后再上传。",
        "The file store is full or cannot be written and nothing was kept; tell the "
        "administrator and upload it again later.",
    ),
    "app.busy": Text(
        "系统繁忙，本次操作没有生效；请稍后重试。",
        "The system is busy and nothing was changed; try again in a moment.",
    ),
    "app.locked": Text(
        "个人信息密钥无法读取，或不是加密时所用的密钥；请系统管理员检查密钥文件。",
        "The key that seals personal data cannot be read, or is not the one they were sealed "
        "with; the administrator checks the key file.",
    ),
}
