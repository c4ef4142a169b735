CREATE TABLE score AS SELECT * FROM read_csv(:csv, header = true, auto_detect = false, delim = ',',
    columns = {'participant': 'VARCHAR', 'date': 'DATE', 'respondent': 'VARCHAR', 'indicator': 'VARCHAR',
               'score': 'TINYINT'});
CHECKPOINT;
