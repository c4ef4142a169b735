"""libbip: repeated indicator scores per participant, and what moved.

    with bip.open("team.bip") as store:
        for series in store.progression():
            print(series.participant, series.code, series.direction.name)

open() gives a Store; Store.change() a Change to write with; Store.assessments() and Store.progression() read one record
at a time, their ..._columns() whole cohorts, text(), bytes() and write() every document of the library. Without a store:
series_compute(), spider(), timeline(). What fails raises a subclass of bip.Error with code, where and message.
"""
from ._bip import *
from ._columns import NO_DATE as NO_DATE, Category as Category, Column as Column, Columns as Columns
from ._pictures import Axis as Axis, Day as Day, Layer as Layer, Panel as Panel, Rules as Rules, Score as Score

__version__: str = version()
