/* The tables of a store, version 1; doc/store.md describes them. A released version is never edited: the next one
 * comes with an upgrade step. */
#ifndef BIP_STORE_SQLITE_SCHEMA_H
#define BIP_STORE_SQLITE_SCHEMA_H

#define BIP__APPLICATION_ID 0x62697031 /* "bip1" */
#define BIP__SCHEMA_VERSION 1

/* One array element a table: C11 promises no more than 4,095 bytes a literal. Nothing in here may use a JSON function
 * outside a view's json_each(): with trusted_schema off, SQLite 3.40.1 then calls the whole file malformed. References
 * are declared where they cost nothing that can be measured; assessment, fact and leaf, which are written by the
 * million, have theirs searched by check() instead. */
static const char *const bip__schema[] = {
    /* settings of the store: "lang", "national_ids" */
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID",

    /* respondents, raters, actors (kind: bip__word_kind) */
    "CREATE TABLE word(n INTEGER PRIMARY KEY, kind INTEGER NOT NULL, text TEXT NOT NULL, UNIQUE(kind, text)) STRICT",

    /* code: ANY leaves room for sealed ones */
    "CREATE TABLE person(n INTEGER PRIMARY KEY, code ANY NOT NULL UNIQUE) STRICT",

    /* uuid: random, the key of the person's leaves; NULL once erased. person: several identities each after a merge */
    "CREATE TABLE identity(n INTEGER PRIMARY KEY, uuid BLOB, hash BLOB NOT NULL UNIQUE,"
    " person INTEGER REFERENCES person, erased_by INTEGER) STRICT",
    "CREATE INDEX identity_person ON identity(person)",

    /* entry NULL: built in */
    "CREATE TABLE instrument(n INTEGER PRIMARY KEY, code TEXT NOT NULL, version TEXT NOT NULL, json TEXT NOT NULL,"
    " entry INTEGER, idx INTEGER, reason ANY, UNIQUE(code, version)) STRICT",

    /* what a position in a score array means: derived from instrument.json */
    "CREATE TABLE item(instrument INTEGER REFERENCES instrument, respondent INTEGER REFERENCES word, pos INTEGER,"
    " code TEXT NOT NULL, PRIMARY KEY(instrument, respondent, pos)) STRICT, WITHOUT ROWID",

    /* the audit trail: one entry a transaction. at: ms UTC by the host's clock; logical: orders entries, derived.
     * moved, derived: n is not the number that begins the id. pos, identity, leaf: its last leaf, which is the only one
     * of most, so that a change writes a page less; NULL where it stands with the others */
    "CREATE TABLE entry(n INTEGER PRIMARY KEY, id BLOB NOT NULL, moved INTEGER NOT NULL, at INTEGER NOT NULL,"
    " logical INTEGER NOT NULL, actor INTEGER NOT NULL REFERENCES word, hash BLOB NOT NULL,"
    " pos INTEGER, identity INTEGER, leaf BLOB) STRICT",
    /* the ids that don't lead to their entries by themselves */
    "CREATE UNIQUE INDEX entry_moved ON entry(id) WHERE moved",
    /* an entry without a row here follows the one numbered before it and no other; one that follows none names itself
     */
    "CREATE TABLE parent(entry INTEGER REFERENCES entry, parent INTEGER REFERENCES entry,"
    " PRIMARY KEY(entry, parent)) STRICT, WITHOUT ROWID",
    /* the entries that are nobody's parent, besides the one of the greatest number, which always is: derived, so that a
     * new entry finds its parents without a search */
    "CREATE TABLE head(entry INTEGER PRIMARY KEY REFERENCES entry) STRICT",
    /* one leaf per entry and run of facts of one identity, but for those in their entry's row; pos: idx of the run's
     * first fact; identity NULL: nobody */
    "CREATE TABLE leaf(entry INTEGER, pos INTEGER, identity INTEGER, hash BLOB NOT NULL,"
    " PRIMARY KEY(entry, pos)) STRICT, WITHOUT ROWID",

    /* All revisions. day: days since 1970; root_*: the first revision (NULL: this one); scores NULL: withdrawn;
     * current: derived, not hashed. Its id is entry.id and idx, so that no index a row is needed. CHECK: begins with a
     * bracket, without calling a function for each of millions. */
    "CREATE TABLE assessment(person INTEGER, day INTEGER, entry INTEGER, idx INTEGER, instrument INTEGER NOT NULL,"
    " respondent INTEGER NOT NULL, rater INTEGER, current INTEGER NOT NULL, root_entry INTEGER, root_idx INTEGER,"
    " scores TEXT CHECK(scores >= '[' AND scores < '\\'), note ANY, reason ANY,"
    " PRIMARY KEY(person, day, entry, idx)) STRICT, WITHOUT ROWID",

    /* Everything else about people (kind: bip__fact_kind), the same envelope; person 0: about nobody. */
    "CREATE TABLE fact(person INTEGER, kind INTEGER, entry INTEGER, idx INTEGER, current INTEGER NOT NULL, day INTEGER,"
    " day_to INTEGER, root_entry INTEGER, root_idx INTEGER, body ANY,"
    " PRIMARY KEY(person, kind, entry, idx)) STRICT, WITHOUT ROWID",

    /* For people with a SQL shell: one row a score of the current revisions. The library never reads it: SQLite reads
     * numbers in JSON by the locale. */
    "CREATE VIEW score(participant, date, instrument, respondent, indicator, score, note) AS"
    " SELECT p.code, date(a.day * 86400, 'unixepoch'), i.code, r.text, m.code, j.value, a.note FROM assessment a"
    " JOIN person p ON p.n = a.person JOIN instrument i ON i.n = a.instrument JOIN word r ON r.n = a.respondent"
    " JOIN json_each(a.scores) j JOIN item m ON m.instrument = a.instrument AND m.respondent = a.respondent"
    " AND m.pos = j.key WHERE a.current",
};

#endif
