COPY score TO :out (FORMAT json);
