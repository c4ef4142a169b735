-- What people type: a table, .import, an index for the questions to come.
CREATE TABLE score (participant TEXT, date TEXT, respondent TEXT, indicator TEXT, score INTEGER);
.import --csv --skip 1 :csv score
CREATE INDEX score_series ON score (participant, respondent, indicator, date);
SELECT json_object('scores', count(*), 'sum', sum(score)) FROM score;
