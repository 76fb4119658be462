"""What the switches are called, and what each of them does."""

from __future__ import annotations

from app.messages.text import Text, Texts, hint

TEXTS: Texts = {
    "E-SWITCH-BY": Text(
        "{authority}已关闭“{name}”；如有需要请向其申请。",
        "{authority} has closed “{name}”; ask it if you need it.",
    ),
    "E-SWITCH-TILL": Text(
        "{authority}已关闭“{name}”，到 {until} 为止；如有需要请向其申请。",
        "{authority} has closed “{name}” until {until}; ask it if you need it.",
    ),
    "E-SWITCH-VALUE": Text(
        "“{name}”不能设为该值；请选择页面列出的值。",
        "“{name}” cannot take that value; choose one the page offers.",
    ),
    "E-SWITCH-WHO": Text(
        "本岗位不能设置“{name}”；请由{who}设置。",
        "Your role cannot set “{name}”; {who} can.",
    ),
    "E-SWITCH-PLACE": Text(
        "只能为本单位设置“{name}”；请由该单位的{who}设置。",
        "You set “{name}” for your own authority only; {who} there can.",
    ),
    "E-SWITCH-PERIOD": Text(
        "结束日期早于开始日期；请核对日期。",
        "The last day lies before the first; check the dates.",
    ),
    "E-SWITCH-PAST": Text(
        "开始日期已过，不能追溯设置；请从今天或以后开始。",
        "The first day is past and nothing is set backwards; begin today or later.",
    ),
    "E-SWITCH-SAME": Text(
        "本单位对“{name}”的最后一次设置与此相同，没有重复登记。",
        "Your authority's last word on “{name}” says the same; nothing was added.",
    ),
    "E-SWITCH-NONE": Text(
        "本单位没有设置“{name}”，无需收回。",
        "Your authority has set nothing for “{name}” that could be taken back.",
    ),
    "E-SWITCH-BOUND": Text(
        "{authority}已统一规定“{name}”，下级不能另设；如有需要请向其申请。",
        "{authority} has laid down “{name}” for everybody below; ask it if you need a change.",
    ),
    "E-UNDER-AGE": Text(
        "该生到 {by} 未满 {age} 周岁，不足龄注册没有开放（{who}）；请核对出生日期，"
        "确需注册的请向主管教育行政部门申请。",
        "The pupil is under {age} on {by}, and registering younger ones is closed ({who});"
        " check the date of birth, or ask your authority.",
    ),
    "switch.default": hint("默认规定", "by default"),
    "group.REGISTRATION": hint("学籍注册", "Registration"),
    "group.MOVEMENT": hint("学籍异动", "Movements"),
    "group.YEAR": hint("毕业升级", "School year"),
    "group.DATA": hint("数据查询", "Data"),
    "group.SAFETY": hint("安全策略", "Safety"),
    "value.on": hint("开启", "On"),
    "value.off": hint("关闭", "Off"),
    "switch.in_school_registration": hint("在校生注册", "Registering pupils above the first grade"),
    "switch.in_school_registration.shuts": hint(
        "在校生注册", "registering pupils above the first grade"
    ),
    "switch.in_school_registration.help": hint(
        "关闭后，学校不能提交一年级以上（非起始年级）学生的注册；新生注册不受影响。",
        "Once closed, schools cannot submit pupils above the first grade of a stage; new pupils"
        " are registered as before.",
    ),
    "switch.in_school_registration.on": hint("开放", "Open"),
    "switch.in_school_registration.off": hint("关闭", "Closed"),
    "switch.allow_no_id_registration": hint(
        "无身份证件学生注册", "Registering pupils without an ID document"
    ),
    "switch.allow_no_id_registration.shuts": hint(
        "无身份证件学生注册", "registering pupils without an ID document"
    ),
    "switch.allow_no_id_registration.help": hint(
        "开放后，证件类型为“其他”且无证件号的学生凭证明材料注册，签发临时学籍号。",
        "While open, pupils with ID type “other” and no number are registered on the strength of"
        " a certificate and get a temporary number.",
    ),
    "switch.allow_no_id_registration.on": hint("开放", "Open"),
    "switch.allow_no_id_registration.off": hint("不开放", "Closed"),
    "switch.renumber_on_id": hint(
        "取得身份证后换发学籍号", "New number once there is an ID number"
    ),
    "switch.renumber_on_id.help": hint(
        "开放后，J 号学生经关键数据变更登记身份证号时换发 G 号；原学籍号保留，仍可查询。",
        "While on, a pupil with a J number gets a G number when an ID number is entered by a key"
        " data change; the former number stays and can be searched for.",
    ),
    "switch.renumber_on_id.on": hint("换发", "Renumber"),
    "switch.renumber_on_id.off": hint("不换发", "Keep the number"),
    "switch.under_age_registration": hint("不足龄注册", "Registering children under age"),
    "switch.under_age_registration.help": hint(
        "开放后，学校可以提交到入学当年8月31日未满6周岁的小学生的注册。",
        "While open, schools may submit primary pupils who are not six by 31 August of the year"
        " they enter.",
    ),
    "switch.under_age_registration.on": hint("开放", "Open"),
    "switch.under_age_registration.off": hint("不开放", "Closed"),
    "switch.freeze_transfer": hint("暂停转学", "Transfers frozen"),
    "switch.freeze_transfer.help": hint(
        "打开后，本辖区学校不能发起转学。",
        "While on, schools here cannot start a transfer.",
    ),
    "switch.freeze_transfer.shuts": hint("发起转学", "opening a transfer"),
    "switch.freeze_transfer.on": hint("已暂停", "Frozen"),
    "switch.freeze_transfer.off": hint("正常办理", "As usual"),
    "switch.summer_freeze": hint("暑期暂停办理", "Summer freeze"),
    "switch.summer_freeze.help": hint(
        "7月1日至8月14日不发起毕业年级的业务，7月15日至8月14日不发起转学。另有日期的省可以关闭。",
        "No new business of graduating grades from 1 July to 14 August, no new transfers from"
        " 15 July to 14 August. A province with other dates turns it off.",
    ),
    "switch.summer_freeze.on": hint("执行", "In force"),
    "switch.summer_freeze.off": hint("不执行", "Not in force"),
    "switch.in_province_pull": hint("省内转学也要调档", "Pull the archive inside the province too"),
    "switch.in_province_pull.help": hint(
        "打开后，省内转学在最后审核后还要由转入学校登记报到并调档；跨省转学一律如此。",
        "While on, a receiving school notes the arrival and pulls the archive of transfers inside"
        " the province too; between provinces it always does.",
    ),
    "switch.in_province_pull.on": hint("要调档", "Pulled"),
    "switch.in_province_pull.off": hint("审核后自动转入", "Moves by itself"),
    "switch.senior_authority": hint(
        "高中异动由谁审核", "Who reviews movements of senior high schools"
    ),
    "switch.senior_authority.help": hint(
        "选“学校主管部门”，由管理该校的区县审核；选“市级”，县管高中的异动由市级审核。",
        "The managing authority is the county that runs the school; with “city”, movements of"
        " senior high schools run by a county are reviewed by the city.",
    ),
    "switch.senior_authority.managing": hint("学校主管部门", "Managing authority"),
    "switch.senior_authority.city": hint("市级", "City"),
    "switch.controlled_fields_mode": hint("受控字段如何合并", "How controlled fields add up"),
    "switch.controlled_fields_mode.help": hint(
        "“合并”：省、市、县设置的字段都受控；“就近”：以最近一级的设置为准。",
        "Union: the fields of province, city and county all count. Lowest: the nearest authority"
        " that has set any decides.",
    ),
    "switch.controlled_fields_mode.union": hint("合并", "Union"),
    "switch.controlled_fields_mode.lowest": hint("就近", "Lowest"),
    "switch.step_days": hint("每步办理时限（工作日）", "Working days for each step"),
    "switch.step_days.help": hint(
        "到期前三天提醒，到期后列入超期业务；系统不会自动同意。",
        "A reminder three days before, then the case is listed as late; nothing is agreed by"
        " itself.",
    ),
    "switch.intervention_days": hint(
        "满几个工作日可申请强制干预", "Working days before an intervention"
    ),
    "switch.intervention_days.help": hint(
        "一个单位在同一步骤满此工作日数仍未办理的，等待的一方可以申请强制干预。",
        "When an office has not decided for so many working days at one step, the waiting side may"
        " ask for an intervention.",
    ),
    "switch.intervention_mode": hint("强制干预方式", "How an intervention goes up"),
    "switch.intervention_mode.help": hint(
        "“逐级”先到市级，再到省级；“直达省级”直接到省级。跨省业务最后到教育部。",
        "Step by step: first the city, then the province. Direct: straight to the province."
        " Between provinces the ministry comes last.",
    ),
    "switch.intervention_mode.step": hint("逐级", "Step by step"),
    "switch.intervention_mode.direct": hint("直达省级", "Direct"),
    "switch.province_may_promote": hint("省级可自行升级", "A province may turn its own year"),
    "switch.province_may_promote.help": hint(
        "关闭后，只有教育部执行升级。",
        "While off, only the ministry turns the school year.",
    ),
    "switch.province_may_promote.shuts": hint("省级执行升级", "a province's own turn of the year"),
    "switch.province_may_promote.on": hint("允许", "Allowed"),
    "switch.province_may_promote.off": hint("不允许", "Not allowed"),
    "switch.promotion_undo_until": hint("升级可撤销到", "A turn of the year may be undone until"),
    "switch.promotion_undo_until.help": hint(
        "执行升级的当年，到这一天为止可以整体撤销；已有后续业务的学校除外。",
        "Until this day of the year that turned, the whole turn may be undone, but for schools"
        " where something builds on it.",
    ),
    "switch.promotion_undo_until.08-15": hint("8月15日", "15 August"),
    "switch.promotion_undo_until.08-31": hint("8月31日", "31 August"),
    "switch.promotion_undo_until.09-15": hint("9月15日", "15 September"),
    "switch.promotion_undo_until.09-30": hint("9月30日", "30 September"),
    "switch.county_export": hint("县级页面导出", "Page export by counties"),
    "switch.county_export.help": hint(
        "县级学籍管理员能否自行从页面导出脱敏数据。未开放时，县级须提交导出申请。",
        "Whether county registrars may export masked data from their pages. While closed, "
        "counties send an export request.",
    ),
    "switch.county_export.shuts": hint("县级页面导出", "page export by counties"),
    "switch.county_export.on": hint("开放", "Open"),
    "switch.county_export.off": hint("不开放", "Closed"),
    "switch.national_lookup": hint("全国查询", "National look-up"),
    "switch.national_lookup.help": hint(
        "凭姓名加学籍号或证件号查询学生状态与所在学校。",
        "Ask for a pupil's status and school by exact name and number.",
    ),
    "switch.national_lookup.shuts": hint("全国查询", "the national look-up"),
    "switch.national_lookup.on": hint("开放", "Open"),
    "switch.national_lookup.off": hint("不开放", "Closed"),
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
