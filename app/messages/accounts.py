"""What accounts, groups and gifts may answer: who opens whom, what is missing, what is taken."""

from __future__ import annotations

from app.messages.text import Text, Texts, hint

TEXTS: Texts = {
    "E-ACC-ROLE": Text(
        "您的岗位不能开通或管理“{role}”账号；请找该账号的上一级。",
        "Your role neither opens nor manages accounts of a {role}; ask the tier right above it.",
    ),
    "E-ACC-PLACE": Text(
        "账号只能由直接上级单位开通和管理；{place}不是您的直接下级。",
        "Accounts are opened and managed by the authority right above; {place} is not right "
        "below yours.",
    ),
    "E-ACC-SELF": Text(
        "不能对自己的账号做此操作；请找上一级。",
        "Nobody does this to their own account; ask the tier above.",
    ),
    "E-ACC-LOGIN": Text(
        "登录名“{login}”已被使用；请换一个。",
        "The login {login} is taken; choose another one.",
    ),
    "E-ACC-SEAT": Text(
        "本校已有启用的学籍管理员（{name}）；一校一岗，请在该账号页面选择“更换学籍管理员”。",
        "The school has an enabled registrar ({name}); there is one per school. Use “Replace the "
        "registrar” on the page of that account.",
    ),
    "E-ACC-RACE": Text(
        "刚有他人开通了相同的登录名，或占用了该岗位；请刷新后重试。",
        "Somebody else has just taken the login or the desk; reload the page and look again.",
    ),
    "E-ACC-STATE": Text(
        "该账号现在的状态不允许此操作；请刷新页面查看。",
        "The account is not in a state for this; reload the page and look again.",
    ),
    "E-ACC-OPEN-CASES": Text(
        "该账号还有 {cases} 件在办业务；请选择本单位同岗位的接手人，或确认“暂无接手人”。",
        "{cases} cases of this account are still open; choose who takes them over at the same "
        "desk, or confirm that nobody does yet.",
    ),
    "E-ACC-SUCCESSOR": Text(
        "接手人须是同一单位、同一岗位的启用账号；请重新选择。",
        "A successor has an enabled account of the same organisation and role; choose again.",
    ),
    "E-ACC-LAST": Text(
        "这是最后一个启用的“{role}”账号，停用后无人能再启用；请先开通另一个。",
        "This is the last enabled account of a {role}; nobody could open it again. Open another "
        "one first.",
    ),
    "E-ACC-CONFIRM": Text(
        "只有安全管理员能复核该账号，且不能是开通人或本人。",
        "Only a security administrator confirms it, and neither who opened it nor the person.",
    ),
    "E-ACC-NO-SECOND": Text(
        "没有另一名安全管理员可以复核；请先开通并复核一名。",
        "No other security administrator could confirm it; open one first.",
    ),
    "E-ACC-REGISTRAR": Text(
        "只有学籍管理员账号可以更换；请从该账号的页面操作。",
        "Only a registrar of a school is replaced; begin on the page of that account.",
    ),
    "E-ACC-FORMER": Text(
        "只能换成本校以前的学籍管理员账号，或新开一个账号；请重新选择。",
        "Choose an earlier registrar of the same school, or open a new account.",
    ),
    "E-ACC-TEACHER": Text(
        "班级和授权只能给本校教师账号；请重新选择。",
        "Classes and rights are given to teachers of the own school only; choose again.",
    ),
    "E-ACC-CLASS": Text(
        "所选班级不是本校在用班级；请重新选择。",
        "A chosen class is not one of the school's classes in use; choose again.",
    ),
    "E-ACC-NOTHING": Text(
        "该账号没有任何授权，不能登录；请学校学籍管理员先授权班级或功能。",
        "This account has no authorisation, so it cannot sign in; the registrar of the school "
        "gives a class or a right first.",
    ),
    "E-ACC-MANY": Text(
        "一次最多开通 {limit} 个账号；请分成几个文件。",
        "At most {limit} accounts are opened at a time; part the file.",
    ),
    "E-ACC-BOOK": Text(
        "文件中有 {count} 处错误，没有开通任何账号；请按下表修改后重新上传。",
        "{count} cells are wrong, so no account was opened; correct them as told below and "
        "upload again.",
    ),
    "E-GIFT": Text(
        "该项功能不能授予；只能授予您自己拥有、且该岗位可以接受的功能。",
        "This right cannot be given: only rights that you hold and that the role can take.",
    ),
    "E-GRP-READONLY": Text(
        "“全体教师”由系统按教师账号同步，不能修改或删除。",
        "The group of all teachers follows the accounts by itself; it is not edited or deleted.",
    ),
    "E-GRP-NAME": Text(
        "本校已有名为“{name}”的用户组；请换一个名称。",
        "The school already has a group named {name}; choose another name.",
    ),
    "E-LOGIN-ROW": Text(
        "“{heading}”与第 {other} 行相同；每个账号只填一行。",
        "{heading} is the same as in row {other}; one row for each account.",
    ),
    "E-LOGIN-TAKEN": Text(
        "“{heading}”已有账号；请删除该行，或换一个登录名。",
        "{heading} has an account already; take the row out, or choose another login.",
    ),
    "E-NO-CLASS": Text(
        "“{heading}”中的 {number} 不是本校在用班级的班号。",
        "{heading}: {number} is not the number of one of the school's classes in use.",
    ),
    "hint.login": hint(
        "2–30 位小写字母、数字、点、短横或下划线，以字母或数字开头",
        "2 to 30 small letters, digits, dots, dashes or underscores, a letter or digit first",
    ),
    "hint.classes": hint("班号，多个用顿号隔开", "class numbers with commas between them"),
}
