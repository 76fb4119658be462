"""What the switches are called, and what each of them does."""

from __future__ import annotations

from app.messages.text import Text, Texts, hint

TEXTS: Texts = {
    "E-SWITCH-BY": Text(
        "{authority}已关闭“{name}”；如有需要请向其申请。",
        "{authority} has closed “{name}”; ask it if you need it.",
    ),
    "E-SWITCH-VALUE": Text(
        "“{name}”不能设为该值；请选择页面列出的值。",
        "“{name}” cannot take that value; choose one the page offers.",
    ),
    "E-SWITCH-WHO": Text(
        "本岗位不能设置“{name}”；请由{who}设置。",
        "Your role cannot set “{name}”; {who} can.",
    ),
    "E-SWITCH-PERIOD": Text(
        "结束日期早于开始日期；请核对日期。",
        "The last day lies before the first; check the dates.",
    ),
    "E-SWITCH-BOUND": Text(
        "{authority}已统一规定“{name}”，下级不能另设；如有需要请向其申请。",
        "{authority} has laid down “{name}” for everybody below; ask it if you need a change.",
    ),
    "switch.freeze_transfer": hint("暂停转学", "Transfers frozen"),
    "switch.freeze_transfer.help": hint(
        "打开后，本辖区学校不能发起转学。",
        "While on, schools here cannot start a transfer.",
    ),
    "switch.province_may_promote": hint("省级可自行升级", "A province may turn its own year"),
    "switch.province_may_promote.help": hint(
        "关闭后，只有教育部执行升级。",
        "While off, only the ministry turns the school year.",
    ),
    "switch.national_lookup": hint("全国查询", "National look-up"),
    "switch.national_lookup.help": hint(
        "凭姓名加学籍号或证件号查询学生状态与所在学校。",
        "Ask for a pupil's status and school by exact name and number.",
    ),
    "switch.second_factor": hint("登录动态口令", "Second factor at sign-in"),
    "switch.second_factor.help": hint(
        "县级及以上人员和三类管理员登录时还要输入动态口令。",
        "County tier and above and the three administrators also give a one-time code.",
    ),
    "switch.single_session": hint("一号一机", "One session per account"),
    "switch.single_session.help": hint(
        "打开后，同一账号再次登录时，先前的登录立即失效。",
        "While on, a new sign-in ends the earlier session of the same account.",
    ),
    "switch.seal_unused_days": hint("停用长期未登录账号（天）", "Seal accounts unused for (days)"),
    "switch.seal_unused_days.help": hint(
        "超过这些天没有登录的账号自动停用，由上一级重新启用；0 表示不停用。",
        "Accounts without a sign-in for longer are sealed; the tier above reopens them."
        " 0 seals none.",
    ),
    "switch.password_profile": hint("密码规则", "Password rules"),
    "switch.password_profile.help": hint(
        "dengbao3：至少 8 位、三类字符、90 天一换；asvs：至少 12 位、查弱密码、不强制更换。",
        "dengbao3: 8 characters of three kinds, changed every 90 days; asvs: 12"
        " characters, no known or guessable one, no forced change.",
    ),
}
