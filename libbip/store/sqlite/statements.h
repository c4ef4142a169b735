/* Every statement that is run more than once, by name; each is prepared at its first use and kept. */
#ifndef BIP_STORE_SQLITE_STATEMENTS_H
#define BIP_STORE_SQLITE_STATEMENTS_H

/* Columns in the order in which read.c takes them. */
#define ENTRY_OF(t) t "n, " t "id, " t "at, " t "logical, " t "actor, " t "hash"
#define ASSESSMENT                                                                                                     \
    "SELECT day, entry, idx, instrument, respondent, rater, current, root_entry, root_idx, scores, note, reason "      \
    "FROM assessment WHERE person = ?1 AND day BETWEEN ?2 AND ?3"
#define IDENTITY "SELECT n, uuid, hash, person, erased_by FROM identity"
#define FACT "SELECT person, kind, entry, idx, current, day, day_to, root_entry, root_idx, body FROM fact"
/* The leaves of an entry whose pos is as `which` says, wherever they stand. */
#define LEAVES_OF(entry, which)                                                                                        \
    "SELECT entry, pos, identity, hash FROM leaf WHERE entry = " entry " AND pos " which                               \
    " UNION ALL SELECT n, pos, identity, leaf FROM entry WHERE n = " entry " AND pos " which

#define SELECT_ENTRY "SELECT " ENTRY_OF("") " FROM entry"
/* CROSS: from the few that are named; SQLite may go through all entries for them. */
#define SELECT_HEAD "SELECT " ENTRY_OF("e.") " FROM head h CROSS JOIN entry e ON e.n = h.entry"
#define SELECT_PARENT "SELECT " ENTRY_OF("e.") " FROM parent p CROSS JOIN entry e ON e.n = p.parent"
#define NEWEST "SELECT max(n) FROM entry"

/* ORDER BY inside: there both parts are read in that order up to the first; outside all leaves of an entry are sorted,
 * and the entry of an import has one a participant. */
#define IDENTITY_OVER(t) "(SELECT identity FROM (" LEAVES_OF(t ".entry", "<= " t ".idx") " ORDER BY pos DESC LIMIT 1))"

/* What rows in hand bring along, in the order of in_hand.c. */
#define BIP__PERSON_COLUMNS "code"
#define BIP__IDENTITY_COLUMNS "uuid, hash, person, erased_by"
#define BIP__ASSESSMENT_COLUMNS                                                                                        \
    "person, day, entry, idx, instrument, respondent, rater, current, root_entry, root_idx, scores, note, reason"
#define BIP__FACT_COLUMNS "person, kind, entry, idx, current, day, day_to, root_entry, root_idx, body"
#define BIP__LEAF_COLUMNS "entry, pos, identity, hash"
/* temp: no table of a file can stand in its place. FAIL: rows before one that fails stay, so that nothing has to be
 * noted down to undo them. */
#define FROM_HAND(t, columns) "INSERT OR FAIL INTO " t "(" columns ") SELECT * FROM temp." t "_in_hand"

#define BIP__STATEMENTS(X)                                                                                             \
    X(BEGIN, "BEGIN IMMEDIATE")                                                                                        \
    X(COMMIT, "COMMIT")                                                                                                \
    X(ROLLBACK, "ROLLBACK")                                                                                            \
    X(DATA_VERSION, "PRAGMA data_version")                                                                             \
    X(SETTING_GET, "SELECT value FROM meta WHERE key = ?1")                                                            \
    X(SETTING_PUT, "INSERT INTO meta(key, value) VALUES(?1, ?2) ON CONFLICT(key) DO UPDATE SET value = ?2")            \
    X(WORD_FIND, "SELECT n FROM word WHERE kind = ?1 AND text = ?2")                                                   \
    X(WORD_ADD, "INSERT INTO word(kind, text) VALUES(?1, ?2)")                                                         \
    X(WORD_TEXT, "SELECT text FROM word WHERE n = ?1")                                                                 \
    X(PERSON_FIND, "SELECT n FROM person WHERE code = ?1")                                                             \
    X(PERSONS_ADD, FROM_HAND("person", BIP__PERSON_COLUMNS))                                                           \
    X(PERSON_GET, "SELECT code FROM person WHERE n = ?1")                                                              \
    X(PERSONS, "SELECT n, code FROM person ORDER BY code")                                                             \
    X(IDENTITIES_ADD, FROM_HAND("identity", BIP__IDENTITY_COLUMNS))                                                    \
    X(IDENTITY_FIND, IDENTITY " WHERE hash = ?1")                                                                      \
    X(IDENTITY_GET, IDENTITY " WHERE n = ?1")                                                                          \
    X(IDENTITIES, IDENTITY " ORDER BY n")                                                                              \
    X(IDENTITIES_OF, IDENTITY " WHERE person = ?1 ORDER BY n")                                                         \
    /* the facts in leaves of an identity */                                                                           \
    X(ERASE_ASSESSMENTS, "DELETE FROM assessment WHERE person = ?1 AND " IDENTITY_OVER("assessment") " = ?2")          \
    X(ERASE_FACTS, "DELETE FROM fact WHERE person = ?1 AND " IDENTITY_OVER("fact") " = ?2")                            \
    X(IDENTITY_ERASE, "UPDATE identity SET uuid = NULL, person = NULL, erased_by = ?2 WHERE n = ?1")                   \
    X(PERSON_DROP, "DELETE FROM person WHERE n = ?1 AND NOT EXISTS (SELECT 1 FROM identity WHERE person = ?1)")        \
    /* a number must not come to mean another word; no rater begins with a blank */                                    \
    X(RATERS_FORGET, "UPDATE word SET text = ' ' || n WHERE kind = 2 AND text NOT LIKE ' %' AND n NOT IN "             \
                     "(SELECT rater FROM assessment WHERE rater IS NOT NULL)")                                         \
    X(INSTRUMENT_ADD, "INSERT INTO instrument(code, version, json, entry, idx, reason) VALUES(?1, ?2, ?3, ?4, ?5, "    \
                      "?6)")                                                                                           \
    X(INSTRUMENTS, "SELECT n, code, version, json, entry, idx, reason FROM instrument ORDER BY n")                     \
    X(ITEM_ADD, "INSERT INTO item(instrument, respondent, pos, code) VALUES(?1, ?2, ?3, ?4)")                          \
    X(ITEMS, "SELECT w.text, i.code, i.pos FROM item i JOIN word w ON w.n = i.respondent WHERE i.instrument = ?1 "     \
             "ORDER BY w.text, i.pos")                                                                                 \
    X(ASSESSMENTS_ADD, FROM_HAND("assessment", BIP__ASSESSMENT_COLUMNS))                                               \
    X(ASSESSMENTS, ASSESSMENT " AND current ORDER BY day, entry, idx")                                                 \
    X(REVISIONS, ASSESSMENT " ORDER BY day, entry, idx")                                                               \
    /* gather.c */                                                                                                     \
    X(SCORES_FROM, "SELECT 1 FROM assessment WHERE person >= ?1 AND gather(scores, current, person, day, instrument, " \
                   "respondent, rater) ORDER BY person, day, entry, idx")                                              \
    X(ASSESSMENTS_FROM,                                                                                                \
      "SELECT 1 FROM assessment WHERE person >= ?1 AND gather(scores, current, person, day, instrument, respondent, "  \
      "rater, entry, idx, root_entry, root_idx, note) ORDER BY person, day, entry, idx")                               \
    X(SET_CURRENT, "UPDATE assessment SET current = ?5 WHERE person = ?1 AND day = ?2 AND entry = ?3 AND idx = ?4")    \
    X(FACTS_ADD, FROM_HAND("fact", BIP__FACT_COLUMNS))                                                                 \
    X(FACTS, FACT " WHERE person = ?1 ORDER BY kind, entry, idx")                                                      \
    X(FACTS_OF_KIND, FACT " WHERE person = ?1 AND kind = ?2 ORDER BY entry, idx")                                      \
    X(ENTRY_NEWEST, NEWEST)                                                                                            \
    X(ENTRY_ADD, "INSERT INTO entry(n, id, moved, at, logical, actor, hash, pos, identity, leaf) VALUES(?1, ?2, ?3, "  \
                 "?4, ?5, ?6, ?7, ?8, ?9, ?10)")                                                                       \
    X(PARENT_ADD, "INSERT INTO parent(entry, parent) VALUES(?1, ?2)")                                                  \
    X(HEAD_DROP, "DELETE FROM head WHERE entry = ?1")                                                                  \
    X(HEAD_ADD, "INSERT OR IGNORE INTO head(entry) VALUES(?1)")                                                        \
    X(ENTRY_GET, SELECT_ENTRY " WHERE n = ?1")                                                                         \
    X(ENTRY_FIND, SELECT_ENTRY " WHERE n = ?2 AND id = ?1 UNION ALL " SELECT_ENTRY " WHERE id = ?1 AND moved")         \
    X(ENTRIES, SELECT_ENTRY " ORDER BY logical, id")                                                                   \
    X(PARENTS,                                                                                                         \
      SELECT_ENTRY " WHERE n = ?1 - 1 AND NOT EXISTS (SELECT 1 FROM parent WHERE entry = ?1) UNION ALL " SELECT_PARENT \
                   " WHERE p.entry = ?1 AND p.parent <> ?1 ORDER BY id")                                               \
    X(HEADS, SELECT_ENTRY " WHERE n = (" NEWEST ") UNION ALL " SELECT_HEAD " WHERE h.entry < (" NEWEST ")")            \
    X(LEAVES_ADD, FROM_HAND("leaf", BIP__LEAF_COLUMNS))                                                                \
    X(LEAVES, LEAVES_OF("?1", ">= 0") " ORDER BY pos")                                                                 \
    X(LEAF_OVER, LEAVES_OF("?1", "<= ?2") " ORDER BY pos DESC LIMIT 1")

#define X(name, sql) BIP__S_##name,
typedef enum bip__statement { BIP__STATEMENTS(X) BIP__N_STATEMENTS } bip__statement;
#undef X

#endif
