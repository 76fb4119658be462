"""代码表与行政区划: the words behind the codes, and who may set them out of use."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from app.models.code import CodeValue, Division
from app.views.scoped import ScopedInterface, ScopedModelView
from app.views.screens.recorded import RecordedView


class CodeValueView(RecordedView):
    """National and school code tables; a code is never deleted, only disabled from a day on."""

    datamodel = ScopedInterface(CodeValue)
    class_permission_name = "CodeValue"
    base_permissions = ["can_list", "can_show", "can_edit"]
    route_base = "/codes"
    base_order = ("table_name", "asc")

    list_title, show_title, edit_title = _("Code tables"), _("Code"), _("Code")
    unit = _("codes")
    label_columns = {
        "table_name": _("Table"),
        "code": _("Code"),
        "name_zh": _("Chinese name"),
        "name_en": _("English name"),
        "source": _("Source"),
        "position": _("Position"),
        "disabled_on": _("Not used since"),
    }
    list_columns = ["code", "name_zh", "name_en", "table_name", "source", "disabled_on"]
    order_columns = ["table_name", "code", "disabled_on"]
    search_columns = ["table_name", "code", "disabled_on"]
    show_columns = [*list_columns, "position"]
    edit_columns = ["table_name", "code", "name_zh", "source", "name_en", "disabled_on"]
    locked_columns = ("table_name", "code", "name_zh", "source")
    locked_text = _("Codes and their Chinese names are those of the standard.")
    column_classes = {"code": "mono", "name_en": "fold", "source": "wide fold"}


class DivisionView(ScopedModelView):
    """Administrative divisions from province to county, twelve digits each."""

    datamodel = ScopedInterface(Division)
    class_permission_name = "Division"
    base_permissions = ["can_list", "can_show"]
    route_base = "/divisions"
    base_order = ("code", "asc")

    list_title, show_title = _("Administrative divisions"), _("Division")
    unit = _("divisions")
    label_columns = {
        "code": _("Code"),
        "name_zh": _("Name"),
        "full_name": _("Full name"),
        "level": _("Level"),
        "parent": _("Superior"),
        "statistical_zone": _("For statistics only"),
        "disabled_on": _("Not used since"),
    }
    list_columns = ["full_name", "code", "name_zh", "level", "parent", "statistical_zone"]
    order_columns = ["code", "name_zh"]
    search_columns = ["name_zh", "code", "parent", "statistical_zone"]
    show_columns = [*list_columns, "disabled_on"]
    column_classes = {"full_name": "wide", "code": "mono", "parent": "mono fold", "level": "fold"}
