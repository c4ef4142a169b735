"""Columns of a whole cohort, and the way to pandas."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Iterable, Iterator, List, Mapping, NamedTuple, Union

if TYPE_CHECKING:
    import pandas

NO_DATE = -(2**31)  # BIP_NO_DATE, as it stands in a column of dates


class Category(NamedTuple):
    """Texts as numbers: codes[row] is a place in categories, -1 where there is none. The more categories, the wider the
    codes: one, two or four bytes."""

    codes: memoryview
    categories: List[str]

    def __len__(self) -> int:
        return len(self.codes)

    def texts(self) -> Iterator[Union[str, None]]:
        """Row by row as text."""
        return (self.categories[code] if code >= 0 else None for code in self.codes)


Column = Union[memoryview, Category]


class Columns(Mapping[str, Column]):
    """A table by its columns: buffers of one length, or a Category.

    numpy.asarray(columns["mean"]) copies nothing. Missing numbers are NaN. What is true or false is bool, and -1, 0 or 1
    where it may be unknown. Dates are days since 1970-01-01, NO_DATE where there is none; their names are in dates.
    Whole numbers have no NaN, so look beside: mk_s is 0 too where mk_method is "none", held_for 0 and new_best false
    where step is "unknown". evidence is a sum of bip.Evidence.
    """

    def __init__(self, columns: Dict[str, Column], dates: Iterable[str], n_rows: int) -> None:
        self._columns = columns
        self.dates = frozenset(dates)
        self.n_rows = n_rows

    def __getitem__(self, name: str) -> Column:
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __repr__(self) -> str:
        return f"<bip.Columns {self.n_rows} x {', '.join(self)}>"

    def to_pandas(self) -> pandas.DataFrame:
        """A long data frame: categories, datetime64, pandas' boolean where a truth may be unknown, and the numbers as
        they are. Needs pandas."""
        import pandas

        return pandas.DataFrame({name: self._series(name) for name in self}, copy=False)

    def _series(self, name: str) -> Any:
        import numpy
        import pandas

        column = self._columns[name]
        if isinstance(column, Category):
            return pandas.Categorical.from_codes(numpy.asarray(column.codes), column.categories)
        array = numpy.asarray(column)
        if array.dtype == numpy.int8:  # a truth: as a number, its -1 would count as true
            return pandas.arrays.BooleanArray(array == 1, array < 0)
        if name not in self.dates:
            return array
        days = array.astype("datetime64[D]")
        days[array == NO_DATE] = numpy.datetime64("NaT")
        return days.astype("datetime64[ns]")
