* Progression in the syntax of SPSS: scores.sav with participant, instrument, respondent, indicator, date and number,
  in the order of recording, gives series.sav with a case a series. tests/numbers/pspp.py runs it with PSPP.
* The formulas are those of libbip/doc/statistics.md. At most 40 numbers a series.

GET FILE='scores.sav'.
COMPUTE row=$CASENUM.
IF MISSING(number) reason=VALUE(number).
SORT CASES BY participant instrument respondent indicator date row.

* One number a date: the last recorded one. A date without a number has the reason last recorded.
AGGREGATE OUTFILE=* /PRESORTED /BREAK=participant instrument respondent indicator date
  /number=LAST(number) /reason=LAST(reason).
RECODE reason (SYSMIS=0).
COMPUTE empty=SYSMIS(number).
COMPUTE is_97=empty AND reason=-97.
COMPUTE is_98=empty AND reason=-98.
COMPUTE is_99=empty AND reason=-99.
COMPUTE is_0=empty AND reason=0.
AGGREGATE OUTFILE=* MODE=ADDVARIABLES /PRESORTED /BREAK=participant instrument respondent indicator
  /declined=SUM(is_97) /dont_know=SUM(is_98) /not_applicable=SUM(is_99) /not_asked=SUM(is_0).
SELECT IF NOT empty.

* Where each number stands in its series.
MATCH FILES FILE=* /BY participant instrument respondent indicator /FIRST=begins.
COMPUTE place=1.
IF NOT begins place=LAG(place)+1.
IF NOT begins previous=LAG(number).
COMPUTE #series=#series+begins.
COMPUTE series=#series.
AGGREGATE OUTFILE=* MODE=ADDVARIABLES /PRESORTED /BREAK=series
  /n=N /mean=MEAN(number) /sd=SD(number) /least=MIN(number) /most=MAX(number) /first=FIRST(number)
  /latest=LAST(number) /before_latest=LAST(previous) /first_date=FIRST(date) /latest_date=LAST(date).
COMPUTE day=CTIME.DAYS(date-first_date).
SAVE OUTFILE='numbers.sav'.

* Least squares: PSPP's own, series by series.
SELECT IF n>=3.
SPLIT FILE BY series.
REGRESSION /VARIABLES=day /DEPENDENT=number /METHOD=ENTER /STATISTICS=COEFF /SAVE=PRED RESID.
SPLIT FILE OFF.
COMPUTE residual_2=RES1**2.
COMPUTE deviation_2=(number-mean)**2.
AGGREGATE OUTFILE='line.sav' /PRESORTED /BREAK=series
  /at_first=FIRST(PRED1) /at_latest=LAST(PRED1) /residuals=SUM(residual_2) /deviations=SUM(deviation_2) /sd_day=SD(day).

* Every pair of numbers: its slope, and whether it rises.
GET FILE='numbers.sav'.
VECTOR #y(40).
VECTOR #d(40).
LOOP #j=1 TO place-1.
COMPUTE slope=90*(number-#y(#j))/(day-#d(#j)).
COMPUTE rise=(number>#y(#j))-(number<#y(#j)).
XSAVE OUTFILE='pairs.sav' /KEEP=series slope rise.
END LOOP.
COMPUTE #y(place)=number.
COMPUTE #d(place)=day.
EXECUTE.

* Groups of equal numbers, for the variance of Kendall's S.
SORT CASES BY series number.
AGGREGATE OUTFILE=* /PRESORTED /BREAK=series number /m=N.
COMPUTE of_ties=m*(m-1)*(2*m+5).
AGGREGATE OUTFILE=* /PRESORTED /BREAK=series /n=SUM(m) /ties=SUM(of_ties) /tied=MAX(m).
COMPUTE var_s=(n*(n-1)*(2*n+5)-ties)/18.
COMPUTE reach=1.959963984540054*SQRT(var_s).
COMPUTE low_place=MAX(RND((n*(n-1)/2-reach)/2), 1).
COMPUTE high_place=MIN(RND((n*(n-1)/2+reach)/2)+1, n*(n-1)/2).
SAVE OUTFILE='ties.sav' /KEEP=series var_s tied low_place high_place.

* Theil and Sen's slope with its interval, and Kendall's S.
GET FILE='pairs.sav'.
SORT CASES BY series slope.
MATCH FILES FILE=* /TABLE='ties.sav' /BY series /FIRST=begins.
COMPUTE place=1.
IF NOT begins place=LAG(place)+1.
IF place=low_place low=slope.
IF place=high_place high=slope.
AGGREGATE OUTFILE='pairs.sav' /PRESORTED /BREAK=series
  /theil_sen=MEDIAN(slope) /low=MAX(low) /high=MAX(high) /s=SUM(rise).

* A case a series.
GET FILE='numbers.sav'.
SELECT IF place=1.
MATCH FILES FILE=* /FILE='line.sav' /FILE='ties.sav' /FILE='pairs.sav' /BY series.
COMPUTE span_days=CTIME.DAYS(latest_date-first_date).
IF n>=2 from_first=latest-first.
IF n>=2 from_previous=latest-before_latest.
COMPUTE ols=90*(at_latest-at_first)/span_days.
COMPUTE se=90*SQRT(residuals/(n-2))/(sd_day*SQRT(n-1)).
IF most>least r2=1-residuals/deviations.
DO IF n>=4 AND var_s>0.
COMPUTE z=(s-(s>0)+(s<0))/SQRT(var_s).
* Up to ten numbers of which none are equal have an exact p, which PSPP doesn't compute.
IF n>10 OR tied>1 p=2*CDFNORM(-ABS(z)).
END IF.
DO IF n<3.
RECODE theil_sen low high (ELSE=SYSMIS).
END IF.
IF indicator='level' rci=from_first/SQRT(2*(0.9*SQRT(1-0.8))**2).
FORMATS first_date latest_date (F20.0).
SAVE OUTFILE='series.sav' /KEEP=participant instrument respondent indicator n mean sd least most first latest
  before_latest first_date latest_date span_days from_first from_previous declined dont_know not_applicable not_asked
  ols at_first se r2 theil_sen low high s var_s z p rci.
