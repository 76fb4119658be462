"""What tiers and roles are called, for pages, refusals and the manual alike."""

from __future__ import annotations

from app.messages.text import Texts, hint

TEXTS: Texts = {
    "tier.MINISTRY": hint("部级", "Ministry"),
    "tier.PROVINCE": hint("省级", "Province"),
    "tier.CITY": hint("地市", "City"),
    "tier.COUNTY": hint("区县", "County"),
    "tier.SCHOOL": hint("学校", "School"),
    "role.CT": hint("班主任", "Class teacher"),
    "role.TE": hint("任课教师", "Subject teacher"),
    "role.SR": hint("学校学籍管理员", "School registrar"),
    "role.SL": hint("学校学籍主管领导", "School leader"),
    "role.CR": hint("区县学籍管理员", "County registrar"),
    "role.CL": hint("区县学籍主管领导", "County leader"),
    "role.TR": hint("地市学籍管理员", "City registrar"),
    "role.TL": hint("地市学籍主管领导", "City leader"),
    "role.PR": hint("省级学籍管理员", "Province registrar"),
    "role.PL": hint("省级学籍主管领导", "Province leader"),
    "role.MIN": hint("部级学籍管理员", "Ministry operator"),
    "role.NU": hint("营养改善计划管理员", "Nutrition administrator"),
    "role.ADM": hint("系统管理员", "System administrator"),
    "role.SEC": hint("安全管理员", "Security administrator"),
    "role.AUD": hint("审计员", "Auditor"),
}
