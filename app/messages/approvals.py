"""What the processes may say: why a step is closed (cases, movements, transfer, admission)."""

from __future__ import annotations

from app.messages.text import Text, Texts

CASES: Texts = {
    "E-LOCK": Text(
        "该生有在办业务；请等待其办结，或先撤销、清理。",
        "This pupil has business in progress; wait for its end, or withdraw or clear it first.",
    ),
    "E-NOTMINE": Text(
        "当前处理单位不是本单位；请到待办业务查询查看。",
        "The case is not at your office; look it up under pending business.",
    ),
    "E-SELF": Text(
        "不能审核本人提交或本人已审核过的业务；请由其他人员审核。",
        "Nobody decides a case they submitted or decided before; leave it to someone else.",
    ),
    "E-AGREED": Text(
        "已有单位同意，不能再撤销；如需修改，请联系当前处理单位退回。",
        "Somebody has agreed already, so it cannot be withdrawn; ask the office where it lies to"
        " send it back.",
    ),
    "E-CLOSED": Text(
        "当前步骤不能这样办理；请刷新后查看业务所处的步骤。",
        "This cannot be done at the present step; reload and see where the case is.",
    ),
    "E-PROBLEM": Text(
        "该生有未处理的问题学籍；请先在问题学籍处理中办结。",
        "The pupil has an open problem record; settle it first.",
    ),
    "E-PROBLEM-NONE": Text(
        "该生没有待处理的问题学籍，可能已由系统或其他单位办结；请刷新页面查看。",
        "Nothing is open against this pupil, it may have been settled meanwhile; reload the page.",
    ),
    "E-PROBLEM-LAST": Text(
        "同组的其他记录已删除或变更，此记录是最后一条，不能删除；请改为佐证。",
        "The other records of the group were deleted or changed and this is the last one: it"
        " stays. Hand in evidence instead.",
    ),
    "E-PROBLEM-FIELDS": Text(
        "问题学籍只变更姓名、性别、出生日期、证件类型和证件号，佐证和删除不带变更：{fields}。",
        "A problem case changes name, gender, birth date, ID type and ID number only, and only"
        " when it is a change: {fields}.",
    ),
    "E-NUMBERS-OUT": Text(
        "该区县该出生日期的学籍号已用完；请联系系统管理员。",
        "All student numbers of this county and birth date are given out; call the system's"
        " administrator.",
    ),
    "E-CLASS": Text(
        "班级不存在或已停用；请选择在用的班级。",
        "The class does not exist or is closed; choose one in use.",
    ),
    "E-REASON": Text("必须填写理由；请填写后再提交。", "A reason is required; write one."),
    "E-STATUS": Text(
        "学生当前状态不允许办理此业务；请先核对就读状态。",
        "The pupil's present status does not allow this; check the status first.",
    ),
    "E-SWITCH": Text(
        "主管教育行政部门未开放此功能；如有需要请向其申请。",
        "The authority has closed this function; ask it if you need it.",
    ),
    "E-FREEZE": Text(
        "{since} 至 {until} 为业务暂停期；请在暂停期结束后办理。",
        "Business of this kind is frozen from {since} to {until}; come back after that.",
    ),
    "E-WAIT": Text(
        "该步骤已停留 {waited} 个工作日，满 {days} 个工作日才能申请强制干预；请先联系对方单位。",
        "The step has lain for {waited} working days; an intervention may be asked for after"
        " {days}. Call the other office first.",
    ),
    "E-NOTIER": Text(
        "该单位之上没有可以干预的单位；请直接联系该单位。",
        "Nobody stands above that office who could step in; call the office itself.",
    ),
    "E-FILE-GONE": Text(
        "待提交的材料已不在；请重新上传后再提交。",
        "A file is no longer on your tray; upload it again and submit.",
    ),
    "E-COMMENT": Text(
        "留言须为 1 至 {limit} 个字，现为 {length} 个；请修改后再发送。",
        "A comment holds 1 to {limit} characters, this one {length}; change it and send it again.",
    ),
    "E-PAPER-MARK": Text(
        "转学办结后才能登记，转出学校登记寄出、转入学校登记收到，各一次；请刷新页面查看。",
        "After the transfer is completed the sending school notes once that the paper archive "
        "was sent, the receiving school that it has come; reload the page.",
    ),
    "E-PAPER-FUTURE": Text(
        "日期不能晚于今天；请改正日期。", "The day lies ahead; give one up to today."
    ),
    "E-PAPER-UNSENT": Text(
        "转出学校尚未登记寄出纸质档案；请先请其登记。",
        "The sending school has not noted that the paper archive was sent; ask it to do so first.",
    ),
    "E-PAPER-BEFORE": Text(
        "收到日期早于寄出日期；请核对日期。",
        "It cannot have come before it was sent; check the day.",
    ),
    "E-EVIDENCE": Text(
        "必须附佐证材料；请上传后再提交。", "Evidence is required; attach a file and submit again."
    ),
}

MOVEMENTS: Texts = {
    "E-SCHOOL": Text(
        "该生不在本校，此异动须由学生所在学校办理；请核对学校。",
        "The pupil is not at this school; the pupil's own school submits this movement.",
    ),
    "E-TARGET": Text(
        "年级、班级与此异动不符；请选择本校对应年级的班级。",
        "Grade and class do not fit this movement; choose a class of the right grade of this"
        " school.",
    ),
    "E-CAUSE": Text(
        "异动原因与异动类别不符；请从列出的原因中选择。",
        "The reason does not belong to this movement; choose one from the list.",
    ),
    "E-FUTURE": Text(
        "异动日期晚于今天；请填写已发生的日期。",
        "The date lies after today; give the day on which it happened.",
    ),
    "E-EARLY": Text(
        "异动日期早于上一次变动（{since}）；请核对日期。",
        "The date lies before the last change ({since}); check it.",
    ),
    "E-TERM": Text(
        "只有休学填写结束日期，且必须填写；请核对。",
        "A suspension, and nothing else, has a day on which it is to end; check it.",
    ),
    "E-CF-BOUND": Text(
        "受控字段不能开放给班主任；请取消勾选：{fields}。",
        "A controlled field cannot be opened to class teachers; take out: {fields}.",
    ),
    "E-CF-LOCKED": Text(
        "受控字段不能直接修改，请申请关键数据变更：{fields}。",
        "Controlled, so not changed here; ask for a key data change: {fields}.",
    ),
    "E-CF-IDENTITY": Text(
        "主管部门尚未设置受控字段，身份信息暂不能修改：{fields}；请联系主管部门设置。",
        "The authorities have not set the controlled fields yet; until then the identity stays as"
        " it is: {fields}. Ask your authority to set them.",
    ),
    "E-CF-CLOSED": Text(
        "本年级未开放给班主任修改：{fields}；请联系学校学籍管理员。",
        "Not opened to class teachers for this grade: {fields}; ask the school's registrar.",
    ),
    "E-CF-NONE": Text(
        "本年级没有开放给班主任修改的字段；请联系学校学籍管理员。",
        "No field is opened to class teachers for this grade; ask the school's registrar.",
    ),
    "E-CF-FIELD": Text(
        "没有这些字段：{fields}；请从列表中选择。",
        "No such fields: {fields}; choose from the list.",
    ),
    "E-CF-SAME": Text(
        "新值与原值相同，无需变更；请填写不同的值。",
        "The new value is the old one; nothing would change. Give another value.",
    ),
    "E-OVERTAKEN": Text(
        "提交之后学籍数据已被修改；请退回后由学校重新提交。",
        "The record has changed since this was submitted; send it back, so that the school submits"
        " it anew.",
    ),
    "E-STAGE": Text(
        "该学段不允许此异动；请核对异动类别。",
        "This movement is not allowed in this stage; check its kind.",
    ),
    "E-RETURNTYPE": Text(
        "离校类型与入校类型不对应；请选择相应的入校类型。",
        "The return does not match the way the pupil left; choose the matching kind.",
    ),
    "E-SELFSCHOOL": Text("该生就在本校，不能从本校转入。", "The pupil is at this school already."),
    "E-NOTFOUND": Text(
        "姓名与学籍号不匹配；请核对后重新输入。",
        "Name and number do not match; check both and try again.",
    ),
    "E-CF-UNSET": Text(
        "受控字段未设置；请先由省、市、县设置受控字段。",
        "The controlled fields are not set; the authorities set them first.",
    ),
    "E-CF-NOT": Text(
        "不是受控字段，请在学籍数据维护中修改：{fields}。",
        "Not controlled, change them under data maintenance: {fields}.",
    ),
    "E-SIZE-GROUP": Text(
        "所选班级只剩 {left} 个名额，不够 {picked} 名学生；请少选学生、另选班级或调整班额。",
        "The class has {left} places left and {picked} pupils are picked; pick fewer, choose"
        " another class or raise the limit.",
    ),
    "E-GRADE": Text(
        "所选班级与该生不在同一年级；请选择同年级的班级。",
        "The class is not of the pupil's grade; choose one of the same grade.",
    ),
    "E-THERE": Text(
        "该生已在所选班级；请另选班级或取消勾选该生。",
        "The pupil sits in that class already; choose another class or leave the pupil out.",
    ),
    "E-NOBODY": Text("没有选择学生；请先勾选学生。", "Nobody is picked; tick the pupils first."),
    "E-MOST": Text(
        "一次最多选择 {most} 名学生；请分次办理。",
        "At most {most} pupils at a time; do it in several goes.",
    ),
    "E-SIZE": Text(
        "超过班额限定；请选择其他班级或调整班额。",
        "The class would be larger than its limit; choose another class or raise the limit.",
    ),
}

YEAR: Texts = {
    "E-PROMO-WHO": Text(
        "升级由发起的教育部或省级教育行政部门为本辖区执行；请由该单位的人员办理。",
        "The ministry, or a province for itself, turns the year; somebody of that very authority "
        "does it.",
    ),
    "E-PROMO-OLD": Text(
        "预演不是今天做的；请重新预演后再执行。",
        "The rehearsal is not of today; rehearse again first.",
    ),
    "E-PROMO-YEAR": Text(
        "没有年级可以升入 {year} 学年；请核对学年，或本学年已升级完毕。",
        "No grade goes up into school year {year}; check the year, or it has turned already.",
    ),
    "E-PROMO-SECOND": Text(
        "须由本单位另一人确认；发起人不能自己确认。",
        "A second person of the same authority confirms; not the one who asked.",
    ),
    "E-PROMO-LATE": Text(
        "已超过 {minutes} 分钟的确认时限；请重新预演。",
        "The {minutes} minutes for confirming are over; rehearse again.",
    ),
    "E-PROMO-TYPED": Text(
        "输入的文字与“{phrase}”不一致，没有执行；请照原样输入。",
        "What was typed is not “{phrase}”, so nothing was done; type it exactly.",
    ),
    "E-PROMO-UNDO": Text(
        "{year} 学年的升级只能在 {until} 前撤销；请逐校更正。",
        "The turn into {year} could be undone until {until}; correct schools one by one.",
    ),
    "E-PROMO": Text(
        "本校毕业、升级未完成；请先完成毕业和升级，再注册新生。",
        "Graduation and promotion of the school are not finished; finish them first.",
    ),
    "E-GRAD-BUSY": Text("该生有在办业务，不能毕业。", "Business in progress: cannot graduate."),
    "E-GRAD-PROBLEM": Text(
        "该生为问题学籍，不能毕业。", "An open problem record: cannot graduate."
    ),
    "E-GRAD-GRADE": Text("该生不在毕业年级。", "The pupil is not in the last grade."),
    "E-GRAD-STATUS": Text("该生不在校。", "The pupil is not in school."),
    "E-GRAD-NONO": Text("该生没有学籍号。", "The pupil has no national number."),
    "E-PLAN": Text(
        "超过招生计划数；请调整名单或申请变更计划。",
        "More than the admission plan allows; shorten the list or ask for a larger plan.",
    ),
    "E-DUPADM": Text(
        "该生被重复招生；请按重复招生处理。",
        "The pupil is admitted twice; settle it as a duplicate admission.",
    ),
    "E-PULL": Text(
        "未完成全部核办或学生未报到；请先办结。",
        "Approvals are missing or the pupil has not arrived; finish them first.",
    ),
    "E-EXP-FIELD": Text(
        "与用途无关的字段不能导出：{fields}；请去掉这些字段，或改选用途。",
        "The purpose has no use for these fields: {fields}; take them out or choose the purpose "
        "they are for.",
    ),
    "E-EXP-PERIOD": Text("导出已过期；请重新申请。", "The export has expired; ask again."),
    "E-EXP-AUTH": Text("导出未获授权；请先申请。", "The export is not authorised; ask first."),
}

TEXTS: Texts = {**CASES, **MOVEMENTS, **YEAR}
