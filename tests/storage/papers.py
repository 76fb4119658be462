"""Files of every kind evidence may be, and of some it may not be; drawn here, of nobody."""

import io
import zipfile

from PIL import Image


def a_picture(kind="JPEG", size=(60, 40), mode="RGB", **facts):
    out = io.BytesIO()
    Image.new(mode, size, 128).save(out, kind, **facts)
    return out.getvalue()


def a_zip(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return out.getvalue()


JPG, PNG = a_picture(), a_picture("PNG")
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
DOC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "WordDocument".encode("utf-16-le")
XLS = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "Workbook".encode("utf-16-le")
DOCX = a_zip("[Content_Types].xml", "word/document.xml")
DOCM = a_zip("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")
ZIP = a_zip("a.txt")
RAR = b"Rar!\x1a\x07\x01\x00" + bytes(40)
GOOD = {
    "证明.jpg": JPG,
    "证明.JPEG": JPG,
    "证明.png": PNG,
    "证明.pdf": PDF,
    "证明.doc": DOC,
    "证明.docx": DOCX,
    "证明.zip": ZIP,
    "证明.rar": RAR,
}
