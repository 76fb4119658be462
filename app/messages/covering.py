"""What leave covers may say: why somebody cannot be named, and why a hat is off."""

from __future__ import annotations

from app.messages.text import Text, Texts

TEXTS: Texts = {
    "E-COVER-WHO": Text(
        "您不能为此人指定代办人；由本人或上一级单位指定，学籍管理员也可由本单位主管领导指定。",
        "You cannot name a substitute for this person; they do it themselves, for a registrar the"
        " leader of the organisation does, or the tier above.",
    ),
    "E-COVER-ABSENT": Text(
        "请假人须是账号在用的学籍管理员或主管领导；请从列表中选择。",
        "Who is away must hold an open account of a registrar, a leader or the ministry's operator;"
        " choose from the list.",
    ),
    "E-COVER-SUBSTITUTE": Text(
        "代办人须是同一单位账号在用的学籍管理员或主管领导；请从列表中选择。",
        "The substitute must be a registrar, leader or operator of the same organisation with an"
        " open account; choose from the list.",
    ),
    "E-COVER-SAME": Text(
        "代办人不能是请假人本人；请另选一人。",
        "Nobody covers for themselves; choose another person.",
    ),
    "E-COVER-YOURSELF": Text(
        "为他人指定代办人时不能指定自己；请由请假人本人或上一级单位指定您。",
        "You cannot name yourself for somebody else; whoever is away names you, or the tier above"
        " does.",
    ),
    "E-COVER-PAST": Text(
        "开始日期已过；请选择今天或以后的日期。",
        "The first day is past; begin today or later.",
    ),
    "E-COVER-PERIOD": Text(
        "结束日期早于开始日期；请核对日期。",
        "The last day lies before the first; check the dates.",
    ),
    "E-COVER-LONG": Text(
        "一次代办最多 {days} 天；请缩短时间，到期后可再次指定。",
        "A cover lasts {days} days at most; shorten it, and name somebody again afterwards.",
    ),
    "E-COVER-TWICE": Text(
        "请假人在 {since} 至 {until} 已有代办人；请先结束该代办或改选日期。",
        "Somebody covers for this person from {since} to {until}; end that first, or choose other"
        " days.",
    ),
    "E-COVER-AWAY": Text(
        "所选代办人在 {since} 至 {until} 也在请假；请另选一人。",
        "The person chosen is away themselves from {since} to {until}; choose somebody else.",
    ),
    "E-COVER-CHAIN": Text(
        "请假人在 {since} 至 {until} 正为他人代办，不能再转由别人代办；请先结束该代办。",
        "Whoever is away covers for somebody from {since} to {until} and cannot pass that on; end"
        " that cover first.",
    ),
    "E-COVER-ENDED": Text(
        "该代办已经结束；请刷新页面查看。",
        "This cover is over already; reload to see how it stands.",
    ),
    "E-COVER-END-WHO": Text(
        "代办只能由请假人、代办人或有权指定代办人的人员结束；请联系他们。",
        "Only the two of them, and whoever may name a substitute there, end a cover; ask them.",
    ),
    "E-COVER-NONE": Text(
        "您目前不是此人的代办人；请在“休假代办”中核对日期。",
        "You do not cover for this person now; look up the days under “Leave covers”.",
    ),
    "E-COVER-ON": Text(
        "您正以代办身份办理；请先退出代办身份。",
        "You act in somebody's place already; take that hat off first.",
    ),
    "E-COVER-OVER": Text(
        "代办已经结束，刚才这一步没有执行；您已恢复本人身份，请核对后再办理。",
        "The cover is over, so what you just did was not carried out. You are yourself again; look"
        " at the page anew.",
    ),
}
