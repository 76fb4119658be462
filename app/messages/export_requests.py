"""Export requests: what stands in the way of asking, deciding and generating (P30)."""

from __future__ import annotations

from app.messages.text import Text, Texts, hint

TEXTS: Texts = {
    "E-EXPREQ-STATE": Text(
        "该申请当前不能这样办理；请刷新页面查看它的状态。",
        "This cannot be done with the request now; reload the page to see how it stands.",
    ),
    "E-EXPREQ-ITEMS": Text(
        "申请内容不完整，还缺：{items}；请补充后再提交。",
        "The request is not complete; still missing: {items}. Fill them in and submit again.",
    ),
    "E-EXPREQ-PERIOD": Text(
        "使用期限最长 {days} 天，且结束日期不能早于开始日期；请核对日期。",
        "The period is {days} days at most and does not end before it begins; check the days.",
    ),
    "E-EXPREQ-NOBODY": Text(
        "没有可以审核或批准该申请的人员：审核人不能是申请人；请先开通另一名学籍管理员或主管领导的账号。",
        "There is nobody to review or approve it: the reviewer is another person than the "
        "applicant. Have an account of a second registrar, or of a leader, opened first.",
    ),
    "E-EXPREQ-STRIKE": Text(
        "只能由审核人划去申请中的字段，且至少保留一个；请重新勾选，或退回申请人修改。",
        "Only the reviewer strikes fields, of those asked for, and at least one stays; tick again "
        "or send the request back.",
    ),
    "E-EXPREQ-EARLY": Text(
        "使用期限从 {since} 开始；请到时再生成文件。",
        "The period begins on {since}; make the file then.",
    ),
    "E-EXPREQ-ONCE": Text(
        "该申请的文件已生成或正在生成；一份申请只生成一次。",
        "The file of this request is there or on its way; one request makes one file.",
    ),
    "export.item.unit": hint("使用单位", "using unit"),
    "export.item.purpose": hint("用途", "purpose"),
    "export.item.purpose_words": hint("用途说明", "what exactly it is for"),
    "export.item.scope_words": hint("使用范围", "scope of use"),
    "export.item.manner_words": hint("使用方式", "manner of use"),
    "export.item.source": hint("数据列表", "list"),
    "export.item.columns": hint("数据字段", "fields"),
    "export.item.officer": hint("数据安全责任人", "data-security officer"),
    "export.item.handler": hint("经办人", "handler"),
    "export.item.plan": hint("数据安全方案", "security plan"),
}
