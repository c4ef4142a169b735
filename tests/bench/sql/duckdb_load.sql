-- The types are told, so that nothing is guessed; few codes are stored as an ENUM, which DuckDB reads and groups fastest.
CREATE TYPE respondent AS ENUM ('participant', 'caseworker');
CREATE TYPE indicator AS ENUM ('job_search', 'labour_market_knowledge', 'health_coping', 'cooperation', 'determination',
    'job_self_efficacy', 'caseworker_belief', 'everyday_coping', 'social_support', 'work_identity', 'job_skills');
CREATE TABLE score (participant VARCHAR, date DATE, respondent respondent, indicator indicator, score TINYINT);
COPY score FROM :csv (FORMAT csv, HEADER, AUTO_DETECT false, DELIMITER ',', DATEFORMAT '%Y-%m-%d');
CHECKPOINT;
