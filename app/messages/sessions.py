"""What signing in, passwords and one-time codes may answer."""

from __future__ import annotations

from app.messages.text import Text, Texts, hint

TEXTS: Texts = {
    "password.wrong": Text(
        "当前密码不对；请重新输入。", "The present password is wrong; type it again."
    ),
    "password.tries": Text(
        "当前密码输错次数过多；请 15 分钟后再试。",
        "The present password was wrong too often; try again in 15 minutes.",
    ),
    "password.repeat": Text(
        "两次输入的新密码不一致；请重新输入。",
        "The two new passwords differ; type them again.",
    ),
    "password.short": Text(
        "新密码不足 {least} 位；请加长。",
        "The new password has fewer than {least} characters; make it longer.",
    ),
    "password.long": Text(
        "新密码超过 {most} 位；请缩短。",
        "The new password has more than {most} characters; shorten it.",
    ),
    "password.kinds": Text(
        "新密码须含小写字母、大写字母、数字、符号中的 {kinds} 种；请补足。",
        "The new password needs {kinds} of: small letters, capitals, digits, signs; add what"
        " is missing.",
    ),
    "password.own_name": Text(
        "新密码含有您的账号或姓名；请换一个。",
        "The new password holds your account or your name; choose another.",
    ),
    "password.guessed": Text(
        "新密码容易被猜中；请改用几个互不相关的词。",
        "The new password is easy to guess; use several words that do not belong together.",
    ),
    "password.used": Text(
        "新密码与最近 {past} 次用过的相同；请换一个。",
        "The new password is one of your last {past}; choose another.",
    ),
    "password.must_change": hint(
        "您使用的是一次性密码，须先设置自己的密码。",
        "You signed in with a one-time password: set your own first.",
    ),
    "password.expired": hint(
        "密码已使用满 {days} 天，须先更换。",
        "Your password is {days} days old: change it first.",
    ),
}
