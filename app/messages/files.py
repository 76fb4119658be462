"""What is said of a whole file: it cannot be read, or must not be."""

from __future__ import annotations

from app.messages.text import Text, Texts

TEXTS: Texts = {
    "E-FILE-TYPE": Text(
        "文件不是 Excel 工作簿（.xlsx、.xls）或 CSV 表格；请下载模板，填写后另存为 .xlsx 再上传。",
        "The file is neither an Excel workbook (.xlsx, .xls) nor a CSV table; fill in the "
        "template, save it as .xlsx and upload that.",
    ),
    "E-FILE-OLD": Text(
        "文件是 Excel 95 或更早的格式；请用 Excel 打开，另存为 .xlsx 再上传。",
        "The workbook was written by Excel 95 or earlier; open it in Excel, save it as .xlsx and "
        "upload that.",
    ),
    "E-FILE-LOCKED": Text(
        "文件设有打开密码，未读取；请用 Excel 打开，去掉密码，保存后再上传。",
        "The file is protected by a password and was not read; open it in Excel, remove the "
        "password, save it and upload that.",
    ),
    "E-FILE-TEXT": Text(
        "CSV 文件的文字编码无法确认（编码混用，或含有空字符）；"
        "请用 Excel 打开核对，另存为 .xlsx 再上传。",
        "The characters of the CSV file cannot be told for sure (two encodings in one file, or NUL "
        "characters); open it in Excel, check it, save it as .xlsx and upload that.",
    ),
    "E-FILE-QUOTES": Text(
        "CSV 文件第 {row} 行附近的双引号没有成对；请补上引号，或另存为 .xlsx 再上传。",
        "The quotation marks near line {row} of the CSV file do not pair up; mend them, or save "
        "the table as .xlsx, and upload that.",
    ),
    "E-FILE-WIDE": Text(
        "CSV 文件第 {row} 行的单元格比表头多（多半是内容里有分隔符而没有加引号）；"
        "请给该单元格加上双引号，或另存为 .xlsx 再上传。",
        "Row {row} of the CSV file has more cells than there are headings, as when a separator "
        "inside a cell is not in quotes; quote that cell, or save the table as .xlsx, and upload "
        "that.",
    ),
    "E-FILE-SIZE": Text(
        "文件超过 {limit}；请分成几个文件上传。",
        "The file is larger than {limit}; split it and upload the parts.",
    ),
    "E-FILE-EMPTY": Text(
        "文件里没有一行学生数据；请从第 2 行起填写后再上传。",
        "The file holds no row of data; fill it in from row 2 on and upload it again.",
    ),
    "E-FILE-ROWS": Text(
        "文件超过 {limit} 行；请分成几个文件上传。",
        "The file holds more than {limit} rows; split it and upload the parts.",
    ),
    "E-FILE-ZIP": Text(
        "压缩包内有不允许的文件；请只放照片后重新上传。",
        "The archive holds files that are not photos; keep only photos and upload it again.",
    ),
    "E-FILE-BOMB": Text(
        "工作簿解压后过大；请把数据行复制到新下载的模板，删除多余的格式和工作表再上传。",
        "The workbook unpacks to far more than its data; copy the rows into a fresh template "
        "without spare formatting and sheets, and upload that.",
    ),
    "E-FILE-FAR": Text(
        "工作表在数据以外很远的地方有单元格或格式（第 {rows} 行以后或 {column} 列以后）；"
        "请删除数据下方和右侧的空行空列，保存后再上传。",
        "The sheet has cells or formatting far from the data (past row {rows} or column "
        "{column}); delete the empty rows and columns around the data and upload it again.",
    ),
    "E-FILE-UNSAFE": Text(
        "工作簿含有宏、外部链接或嵌入对象，未读取；请把数据行复制到新下载的模板再上传。",
        "The workbook carries macros, outside links or embedded objects and was not read; "
        "copy the rows into a fresh template and upload that.",
    ),
    "E-FILE-DAMAGED": Text(
        "工作簿已损坏，无法读取；请用 Excel 打开并另存为新的 .xlsx 再上传。",
        "The workbook is damaged and cannot be read; open it in Excel, save it as a new .xlsx "
        "and upload that.",
    ),
    "E-FILE-LOST": Text(
        "上传的文件已不在存储中；请重新上传。",
        "The uploaded file is no longer in the store; upload it again.",
    ),
    "E-FILE-MERGED": Text(
        "工作表有合并单元格（第 {row} 行起）；请取消合并后再上传。",
        "The sheet has merged cells (from row {row}); split them and upload it again.",
    ),
    "E-FILE-AGAIN": Text(
        "这个文件已于 {on} 上传过（批次 {batch}）；请直接查看该批次。",
        "This very file was uploaded on {on} (batch {batch}); look at that batch instead.",
    ),
    "E-PAPER-TYPE": Text(
        "“{name}”类型不允许，或内容与扩展名不符；请上传 jpg、png、pdf、doc、docx、zip 或 rar。",
        "{name} is no kind of evidence, or not what its ending says; upload a jpg, png, pdf, doc, "
        "docx, zip or rar.",
    ),
    "E-PAPER-SIZE": Text(
        "“{name}”超过 {limit}；请压缩或分开扫描后再上传。",
        "{name} is larger than {limit}; make it smaller or scan it in parts.",
    ),
    "E-PAPER-EMPTY": Text(
        "“{name}”是空文件；请重新选择。", "{name} holds nothing; choose it again."
    ),
    "E-PAPER-PICTURE": Text(
        "图片“{name}”已损坏或像素过多（上限 {limit} 万像素），无法读取；请另存后再上传。",
        "The picture {name} is damaged or has too many pixels (over {limit} × 10,000); save it "
        "anew and upload that.",
    ),
    "E-PAPER-COUNT": Text(
        "每件业务最多 {limit} 份材料；请先取下不需要的，或合并成一份 PDF。",
        "A case holds at most {limit} files; take one off first, or join them into one PDF.",
    ),
    "E-PAPER-OFTEN": Text(
        "一小时内上传的材料已达 {n} 份上限；请 {time} 后再上传。",
        "You have uploaded {n} files within an hour; go on after {time}.",
    ),
    "E-PAPER-LOST": Text(
        "材料“{name}”的文件不在存储中，记录仍在；请联系系统管理员从备份恢复。",
        "The file of {name} is not in the store though its record is; ask the administrator to "
        "bring it back from a backup.",
    ),
    "E-PAPER-CLOSED": Text(
        "业务退回后，申请人才能补充材料；已提交的材料不能更改，请联系审核单位退回。",
        "Evidence is added by the originator while the case is sent back to them; what was "
        "submitted stays as it is.",
    ),
    "E-TPL": Text(
        "模板表头已被修改：第 {column} 列应为“{expected}”，实为“{got}”；"
        "请使用未改动的模板（版本 {version}）。",
        "The template's headings were altered: col {column}: expected {expected}, got {got}; "
        "use the template unchanged (version {version}).",
    ),
    "E-TPL-VERSION": Text(
        "模板版本 {got} 已停用，现行版本为 {expected}；请重新下载模板，把数据行复制过去再上传。",
        "This is version {got} of the template, now it is {expected}; download it again, copy "
        "the rows into it and upload that.",
    ),
    "E-BATCH-REFUSED": Text(
        "本批次有 {count} 行未通过检查，未导入任何一行；请下载错误工作簿，改正后重新上传。",
        "{count} rows of this batch failed, so nothing was imported; download the error "
        "workbook, correct it and upload it again.",
    ),
    "E-BATCH-STATE": Text(
        "该批次当前不能进行此操作；请刷新页面查看它的状态。",
        "The batch cannot do this now; reload the page to see how it stands.",
    ),
    "E-BATCH-HOME": Text(
        "只有学校账号可以导入学生；请用学校账号登录。",
        "Only an account of a school imports pupils; sign in as one.",
    ),
}
