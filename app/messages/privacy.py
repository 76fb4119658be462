"""What the guards of personal data may answer: reveals, look-ups, too much in too short a time."""

from __future__ import annotations

from app.messages.text import Text, Texts

TEXTS: Texts = {
    "app.too_many": Text(
        "短时间内次数过多；请稍后再试。", "Too often in too short a time; wait a while, then go on."
    ),
    "E-REVEAL-REASON": Text(
        "查看完整信息要先选事由；请从列表中选一项。",
        "A whole value is shown for a reason; choose one from the list.",
    ),
    "E-REVEAL-LIMIT": Text(
        "您已查看完整信息 {n} 次，达到上限；{time} 以后可以继续，急需时请同事代查。",
        "You have seen {n} values whole, which is the most; go on at {time}, or ask a colleague"
        " if it cannot wait.",
    ),
    "E-LOOKUP-LIMIT": Text(
        "一小时内最多查询 {n} 次；{time} 以后可以继续。",
        "{n} look-ups within one hour are the most; go on at {time}.",
    ),
    "E-SCRAPING": Text(
        "短时间内查看过多（{n} 次），已暂停并告知安全管理员和上级领导；{time} 以后可以继续。",
        "Too many pupils were opened in a short time ({n}); this is paused, and the security"
        " administrator and your leader were told. Go on at {time}.",
    ),
}
