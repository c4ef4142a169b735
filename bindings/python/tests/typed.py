"""For mypy, not to be run: what a caller's types come out as, and what is no way to call. The remarks are what it says."""
import io

import bip

with bip.open("team.bip", write=True) as store:
    for series in store.progression(participants=["P-001"], as_of="2025-01-01"):
        reveal_type(series.mean)  #> note: Revealed type is "Union[builtins.float, None]"
        reveal_type(series.direction)  #> note: Revealed type is "bip._bip.Direction"
        reveal_type(series.latest)  #> note: Revealed type is "Union[Tuple[datetime.date, builtins.float, fallback=bip._bip.Point], None]"
    for assessment in store.assessments():
        reveal_type(assessment.date)  #> note: Revealed type is "datetime.date"
    with store.change("anna") as change:
        change.assessment_add("P-001", "employability", "participant", "2025-01-01",
                              {"cooperation": bip.Answer.DECLINED, "job_search": None, "work_identity": 3})
        change.import_(io.BytesIO(b""), issue=lambda issue: print(issue.line))
    store.write("json", io.BytesIO())
    store.write("json", io.StringIO())  #> error: Argument 2 to "write" of "Store" has incompatible type "StringIO"; expected "_Writable"  [arg-type]
    reveal_type(store.progression_columns())  #> note: Revealed type is "bip._columns.Columns"
    store.text("steps", as_fo="2025-01-01")  #> error: Unexpected keyword argument "as_fo" for "text" of "Store"; did you mean "as_of"?  [call-arg]
try:
    bip.series_compute([1, 2], [1.0, 2.0], bip.Rules((1, 5), smallest_step=1))
except bip.RefusedError as error:
    reveal_type(error.where)  #> note: Revealed type is "builtins.str"
