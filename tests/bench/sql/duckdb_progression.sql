-- Slope, Theil-Sen and S of every series, of which only the sums are kept.
WITH slopes AS (
    SELECT participant, respondent, indicator, regr_slope(score, date - DATE '2015-01-01') AS slope, count(*) AS n
    FROM score GROUP BY ALL
), pairs AS (
    SELECT participant, respondent, indicator, median((b.score - a.score) / (b.date - a.date)) AS theil_sen,
           sum(sign(b.score - a.score)) AS s
    FROM score a JOIN score b USING (participant, respondent, indicator)
    WHERE b.date > a.date GROUP BY ALL
)
SELECT count(*) AS series, sum(n) AS scores, sum(90 * slope) FILTER (n >= 3) AS slopes,
       sum(90 * theil_sen) FILTER (n >= 3) AS theil_sen, sum(s) FILTER (n >= 4) AS s
FROM slopes LEFT JOIN pairs USING (participant, respondent, indicator);
