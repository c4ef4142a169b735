COPY score TO :out (FORMAT csv, HEADER);
