"""FAB's access to the data: an end to counting, two steps to a page, errors that mean something."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import selectinload

from app.errors import told
from app.models.sealed import Sealed
from app.views.filters import IndexFriendly, ManyFilter, RelationFilter, key_of

COUNT_LIMIT = 10_000  # rows a list counts before it says "10,000+"
LEAF_LIMIT = 5_000  # rows a list can be leafed through; what lies deeper is for filters to find


class ScopedInterface(SQLAInterface):
    """Who sees what is the database's (row-level security); here is only how it is asked.

    ``load`` names the relations a page shows, dotted, so that a page costs a handful of queries.
    """

    filter_converter_class = IndexFriendly

    def __init__(self, obj: Any, session: Any = None, load: Iterable[str] = ()) -> None:
        super().__init__(obj, session)
        self.load = tuple(load)
        self.FilterRelationOneToManyEqual = RelationFilter
        self.FilterRelationManyToManyEqual = ManyFilter

    def is_sealed(self, col_name: str) -> bool:
        """Tell whether a column can only be found by its digest."""
        column = self.list_columns.get(col_name)
        return column is not None and isinstance(column.type, Sealed)

    def query(  # noqa: PLR0913, PLR0917  FAB's signature
        self,
        filters: Any = None,
        order_column: str = "",
        order_direction: str = "",
        page: int | None = None,
        page_size: int | None = None,
        select_columns: list[str] | None = None,
        outer_default_load: bool = False,  # noqa: FBT002
    ) -> tuple[int, Sequence[Any]]:
        """Return the count and one page: the keys first, so that a deep page sorts keys only."""
        how = (filters, order_column, order_direction, page, page_size)
        if select_columns or self.is_pk_composite():
            return super().query(*how, select_columns, outer_default_load)  # type: ignore[no-any-return]
        every = self.session.query(self.obj)
        pk = self.get_pk()
        keys = [key for (key,) in self.apply_all(every, *how).with_entities(pk)]
        rows = {self.get_pk_value(row): row for row in self._rows(pk, keys)}
        before, size = (page or 0) * (page_size or 0), page_size or 0
        is_last = len(keys) < size and (keys or not page)  # then the page itself has counted
        count = before + len(keys) if is_last else self.query_count(every, filters)
        return count, [rows[key] for key in keys if key in rows]

    def apply_order_by(
        self, query: Any, order_column: str, order_direction: str, *args: Any, **kwargs: Any
    ) -> Any:
        """Order by the column and then by the key, so that no row is on two pages or on none."""
        ordered = super().apply_order_by(query, order_column, order_direction, *args, **kwargs)
        if not order_column or self.is_pk_composite():
            return ordered
        pk = self.get_pk()
        return ordered.order_by(pk.desc() if order_direction == "desc" else pk.asc())

    def query_count(self, query: Any, filters: Any = None, select_columns: Any = None) -> int:
        """Count up to `COUNT_LIMIT` + 1 rows."""
        return self._count(query, filters, select_columns, COUNT_LIMIT + 1)

    def count_all(self, filters: Any) -> int:
        """Count every row; asked for by a person, never by a page."""
        return self._count(self.session.query(self.obj), filters, None, None)

    def get(self, id: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: A002
        """Return the row, or None also for a key no column could hold."""
        key = self.known_key(id)
        return None if key is None else super().get(key, *args, **kwargs)

    def get_related_obj(self, col_name: str, value: Any) -> Any:
        """Return the related row, or None for a key that names none."""
        return type(self)(self.get_related_model(col_name)).get(value)

    def add(self, item: Any, commit: bool = True) -> None:  # noqa: FBT002
        """Add the row or raise what the database meant."""
        self._write(lambda: self.session.add(item), commit=commit)

    def edit(self, item: Any, commit: bool = True) -> None:  # noqa: FBT002
        """Store the row or raise what the database meant."""
        self._write(lambda: self.session.merge(item), commit=commit)

    def delete(self, item: Any, commit: bool = True) -> None:  # noqa: FBT002
        """Delete the row or raise what the database meant."""
        self._write(lambda: self.session.delete(item), commit=commit)

    def delete_all(self, items: Iterable[Any]) -> None:
        """Delete all of the rows or none, or raise what the database meant."""
        self._write(lambda: [self.session.delete(item) for item in items], commit=True)

    def _rows(self, pk: Any, keys: list[Any]) -> Iterable[Any]:
        if not keys:
            return ()
        options = [self._path(path) for path in self.load]
        wanted = select(self.obj).where(pk.in_(keys)).options(*options)
        return list(self.session.scalars(wanted))

    def _path(self, path: str) -> Any:
        model, loading = self.obj, None
        for name in path.split("."):
            relation = getattr(model, name)
            loading = loading.selectinload(relation) if loading else selectinload(relation)
            model = relation.property.mapper.class_
        return loading

    def _count(self, query: Any, filters: Any, columns: Any, limit: int | None) -> int:
        joined = self._apply_inner_all(query, filters, select_columns=columns, aliases_mapping={})
        rows = joined.with_entities(self.get_pk()).order_by(None).limit(limit)
        return int(self.session.scalar(select(func.count()).select_from(rows.subquery())))

    def known_key(self, key: Any) -> Any:
        """Return a key as its column holds it, or None when no column could hold it."""
        if self.is_pk_composite():
            return key if isinstance(key, list | tuple) else None
        text = str(key)
        if not self.is_integer(self.get_pk_name()):
            return text if text.isprintable() else None
        return key_of(text)

    def _write(self, write: Callable[[], Any], *, commit: bool) -> None:
        try:
            write()
            self.session.commit() if commit else self.session.flush()
        except SQLAlchemyError as error:
            self.session.rollback()
            raise told(error) from None
