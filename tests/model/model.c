/* model FOLDER SECONDS [SEED]: random sequences of calls, held against a plain model in memory.
 *
 * Two stores go side by side, one in SQLite and one in the tests' own storage, with the same clock and the same random
 * bytes; so they must give the same statuses, ids and exports, byte for byte. A third thing says what they should hold:
 * an array of assessments and one of people, changed as the contract says. Each history has a seed of its own, printed
 * where it fails: `model FOLDER 0 SEED` does that one again. tests/fuzz/fuzz_model.c lets a fuzzer choose the calls. */
#include "../fault/text.h"
#include "api/api.h"
#include "bip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PEOPLE 6
#define ITEMS 3
#define MOST 400
#define STEPS 120 /* calls a history */

static const char instrument[] =
    "{\"instrument\":\"own\",\"version\":\"1\",\"title\":{\"en\":\"O\"},\"respondents\":[{\"code\":\"participant\","
    "\"title\":{\"en\":\"P\"}},{\"code\":\"coach\",\"title\":{\"en\":\"C\"}}],\"scales\":[{\"code\":\"five\",\"min\":1,"
    "\"max\":5},{\"code\":\"half\",\"min\":0,\"max\":5,\"step\":0.5}],\"indicators\":[{\"code\":\"a\",\"title\":{"
    "\"en\":"
    "\"A\"},\"scale\":\"five\"},{\"code\":\"b\",\"title\":{\"en\":\"B\"},\"scale\":\"half\"},{\"code\":\"c\",\"title\":"
    "{"
    "\"en\":\"C\"},\"scale\":\"five\",\"respondents\":[\"coach\"]}]}";
static const char *const items[ITEMS] = {"a", "b", "c"};
static const char *const respondents[] = {"participant", "coach"};
static const char *const raters[] = {"", "H07", "H08"};
static const char *const notes[] = {"", "a note", "\xc3\xa5\xc3\xa4\xc3\xb6 \"quoted\"", "line\nbreak"};

/* ------------------------------------------------------------ chance, clock, failure */

static uint64_t state, seed;

/* What decides the calls where there is any: each byte a choice, the history ends with the last. */
static const uint8_t *input;
static size_t input_n;
static bool input_gone;

static unsigned from_input(unsigned n)
{
    unsigned bytes = n > 256 ? 2 : 1, value = 0;
    for (; bytes > 0 && input_n > 0; bytes--, input_n--)
        value = value << 8 | *input++;
    input_gone |= bytes > 0;
    return value % n;
}

static unsigned chance(unsigned n)
{
    if (input != NULL)
        return from_input(n);
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 33) % n;
}

static int64_t now_ms;

static int64_t clock_of(void *ctx)
{
    (void)ctx;
    return now_ms;
}

static int random_of(void *ctx, void *into, size_t n)
{
    uint64_t *r = ctx;
    for (size_t i = 0; i < n; i++) {
        *r = *r * 6364136223846793005u + 1442695040888963407u;
        ((unsigned char *)into)[i] = (unsigned char)(*r >> 56);
    }
    return 0;
}

static bip_error err;

static _Noreturn void fail(const char *what)
{
    printf("FAILED: seed %llu: %s (%s: %s)\n0 passed, 1 failed\n", (unsigned long long)seed, what, err.where,
           err.message);
    fflush(stdout);
    input != NULL ? abort() : exit(1); /* a fuzzer wants it so */
}

/* ------------------------------------------------------------ the model */

typedef struct assessment {
    int person, respondent, rater, note;
    bip_date date;
    bip_score scores[ITEMS];
    bool withdrawn;
    int revision;
    char id[BIP_ID_SIZE], last[BIP_ID_SIZE]; /* of the first and of the current revision */
} assessment;

typedef struct model {
    bool registered[PEOPLE];
    bip_date enrolled[PEOPLE];
    int attribute[PEOPLE]; /* 0: none, else its value */
    assessment list[MOST];
    int n;
} model;

static model kept, open_model; /* as committed, and as the change in hand leaves it */

static int asked(int respondent)
{
    return respondent == 1 ? ITEMS : ITEMS - 1;
}

static bool same_scores(const assessment *x, const assessment *y)
{
    for (int i = 0; i < asked(x->respondent); i++)
        if (x->scores[i].answer != y->scores[i].answer ||
            (x->scores[i].answer == BIP_NUMBER && x->scores[i].number != y->scores[i].number))
            return false;
    return x->note == y->note;
}

static assessment *holder(model *m, const assessment *a)
{
    for (int i = 0; i < m->n; i++)
        if (!m->list[i].withdrawn && m->list[i].person == a->person && m->list[i].respondent == a->respondent &&
            m->list[i].rater == a->rater && m->list[i].date == a->date)
            return &m->list[i];
    return NULL;
}

/* ------------------------------------------------------------ the stores */

static bip_store *stores[2];
static bip_change *changes[2];
static uint64_t randoms[2];
static char path[500];
static bool with_reason;

static bip_open_options options(int which, uint32_t flags)
{
    bip_open_options o;
    bip_open_options_init(&o, sizeof o);
    o.flags = flags;
    o.now_ms = clock_of;
    o.random = random_of;
    o.ctx = &randoms[which];
    return o;
}

static void open_sqlite(uint32_t flags)
{
    bip_open_options o = options(0, flags);
    if (bip_store_open(path, &o, &stores[0], &err) != BIP_OK)
        fail("the store can't be opened");
}

static void remove_files(void)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    char name[520];
    for (size_t i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        unlink(name);
    }
}

static void open_both(void)
{
    bip_open_options o = options(1, BIP_OPEN_CREATE);
    bip__storage *storage;
    randoms[0] = randoms[1] = seed;
    remove_files();
    open_sqlite(BIP_OPEN_CREATE);
    if (bip__memory_open(&storage, &err) != BIP_OK || bip__store_over(storage, &o, &stores[1], &err) != BIP_OK)
        fail("the store in memory can't be made");
}

static const char *code_of(int person)
{
    static const char *const codes[PEOPLE] = {"P-1", "P-10", "P-2", "p-1", "\xc3\x85sa", "Z"};
    return codes[person];
}

/* Both stores must say the same, and what the model says. */
static bip_status expect(bip_status first, bip_status second, bip_status model_says, const char *what)
{
    char text[200];
    snprintf(text, sizeof text, "%s: SQLite says %s, memory %s, the model %s", what, bip_status_code(first),
             bip_status_code(second), bip_status_code(model_says));
    if (first != second || first != model_says)
        fail(text);
    return first;
}

static void begin(void)
{
    bip_status st[2];
    with_reason = chance(3) > 0;
    for (int i = 0; i < 2; i++)
        st[i] = bip_change_begin(stores[i], "anna", with_reason ? "why" : NULL, &changes[i], &err);
    expect(st[0], st[1], BIP_OK, "begin");
    open_model = kept;
}

static void end(bool commit)
{
    char ids[2][BIP_ID_SIZE];
    bip_status st[2];
    if (!commit) {
        bip_change_rollback(changes[0]);
        bip_change_rollback(changes[1]);
    } else {
        for (int i = 0; i < 2; i++)
            st[i] = bip_change_commit(changes[i], ids[i], &err);
        expect(st[0], st[1], BIP_OK, "commit");
        if (strcmp(ids[0], ids[1]) != 0)
            fail("the entries' ids differ");
        kept = open_model;
    }
    changes[0] = changes[1] = NULL;
    randoms[1] = randoms[0];
}

/* ------------------------------------------------------------ calls */

static bip_score random_score(int item)
{
    bip_score s = {0};
    unsigned kind = chance(10);
    if (kind < 7)
        s.number = item == 1 ? (double)chance(11) / 2 : (double)(1 + chance(5));
    else
        s.answer = (int32_t)(BIP_DECLINED + chance(3));
    return s;
}

static void register_person(void)
{
    int who = (int)chance(PEOPLE);
    bip_date enrolled = chance(2) ? BIP_NO_DATE : (bip_date)(20000 + chance(100));
    bip_status st[2], says = open_model.registered[who] ? BIP_E_CONFLICT : BIP_OK;
    for (int i = 0; i < 2; i++)
        st[i] = bip_participant_add(changes[i], code_of(who), enrolled, &err);
    if (expect(st[0], st[1], says, "participant add") != BIP_OK)
        return;
    open_model.registered[who] = true;
    open_model.enrolled[who] = enrolled;
}

static const char *const values[] = {"", "north", "south"};

static void set_attribute(void)
{
    int who = (int)chance(PEOPLE), value = (int)chance(3);
    bip_status st[2], says = open_model.registered[who] ? BIP_OK : BIP_E_NOT_FOUND;
    for (int i = 0; i < 2; i++)
        st[i] = bip_participant_set(changes[i], code_of(who), "unit", values[value], &err);
    if (expect(st[0], st[1], says, "participant set") == BIP_OK)
        open_model.attribute[who] = value;
}

static bip_assessment_in in_of(const assessment *a, bip_date date)
{
    return (bip_assessment_in){.size = sizeof(bip_assessment_in),
                               .participant = code_of(a->person),
                               .instrument = "own",
                               .respondent = respondents[a->respondent],
                               .rater = raters[a->rater],
                               .note = notes[a->note],
                               .date = date,
                               .n = (size_t)asked(a->respondent),
                               .indicators = items,
                               .scores = a->scores};
}

/* One that may be there already, with other content or with the same; rarely with a score that is off its scale. */
static assessment random_assessment(bool *off)
{
    assessment a = {.person = (int)chance(PEOPLE),
                    .respondent = (int)chance(2),
                    .rater = (int)chance(3),
                    .note = (int)chance(4),
                    .date = (bip_date)(20000 + chance(25))};
    for (int i = 0; i < asked(a.respondent); i++)
        a.scores[i] = random_score(i);
    const assessment *held = holder(&open_model, &a);
    if (held != NULL && chance(2)) {
        memcpy(a.scores, held->scores, sizeof a.scores);
        a.note = held->note;
    }
    *off = chance(12) == 0;
    if (*off)
        a.scores[0] = (bip_score){.number = chance(2) ? 6 : 2.5};
    return a;
}

static void add(void)
{
    bool off;
    assessment a = random_assessment(&off), *held = holder(&open_model, &a);
    char ids[2][BIP_ID_SIZE];
    bip_status st[2], says = BIP_OK;
    if (!open_model.registered[a.person] || off)
        says = BIP_E_REFUSED;
    else if (held != NULL && !same_scores(held, &a))
        says = BIP_E_CONFLICT;
    else if (held == NULL && open_model.n == MOST)
        return;
    bip_assessment_in in = in_of(&a, a.date);
    for (int i = 0; i < 2; i++)
        st[i] = bip_assessment_add(changes[i], &in, ids[i], &err);
    if (expect(st[0], st[1], says, "add") != BIP_OK)
        return;
    if (strcmp(ids[0], ids[1]) != 0)
        fail("the ids of an assessment differ");
    if (held == NULL) {
        memcpy(a.id, ids[0], sizeof a.id);
        memcpy(a.last, ids[0], sizeof a.last);
        open_model.list[open_model.n++] = a;
    } else if (held->last[0] != '\0' && strcmp(ids[0], held->last) != 0 && strcmp(ids[0], held->id) != 0) {
        fail("what is known has another id");
    }
}

/* Any revision's id stands for the assessment; of what was imported only the first is known here. */
static const char *an_id_of(const assessment *a)
{
    return chance(2) || a->last[0] == '\0' ? a->id : a->last;
}

static void correct(void)
{
    char ids[2][BIP_ID_SIZE];
    const char *names[ITEMS];
    bip_score scores[ITEMS];
    bip_status st[2], says = BIP_OK;
    if (open_model.n == 0)
        return;
    assessment *a = &open_model.list[chance((unsigned)open_model.n)], after = *a;
    int note = chance(2) ? -1 : (int)chance(4);
    bip_assessment_in in = {
        .size = sizeof in, .note = note < 0 ? NULL : notes[note], .indicators = names, .scores = scores};
    for (int i = 0; i < asked(a->respondent); i++)
        if (chance(3) == 0) {
            after.scores[i] = i > 0 && chance(4) == 0 ? (bip_score){.answer = BIP_NOT_ASKED} : random_score(i);
            names[in.n] = items[i];
            scores[in.n++] = after.scores[i];
        }
    if (note >= 0)
        after.note = note;
    const char *by = an_id_of(a);
    says = a->withdrawn ? BIP_E_CONFLICT : BIP_OK;
    for (int i = 0; i < 2; i++)
        st[i] = bip_assessment_correct(changes[i], by, &in, ids[i], &err);
    if (expect(st[0], st[1], says, "correct") != BIP_OK)
        return;
    if (strcmp(ids[0], ids[1]) != 0)
        fail("the ids of a revision differ");
    if (same_scores(a, &after))
        return;
    if (strcmp(ids[0], a->last) == 0)
        fail("a correction made no revision");
    *a = after;
    a->revision++;
    memcpy(a->last, ids[0], sizeof a->last);
}

static void withdraw(void)
{
    bip_status st[2], says;
    if (open_model.n == 0)
        return;
    assessment *a = &open_model.list[chance((unsigned)open_model.n)];
    const char *by = an_id_of(a);
    says = !with_reason ? BIP_E_USAGE : a->withdrawn ? BIP_E_CONFLICT : BIP_OK;
    for (int i = 0; i < 2; i++)
        st[i] = bip_assessment_withdraw(changes[i], by, &err);
    if (expect(st[0], st[1], says, "withdraw") == BIP_OK)
        a->withdrawn = true;
}

/* The person, the attribute and the assessments go; registered again it is somebody new. */
static void forget(int who)
{
    int kept_n = 0;
    open_model.registered[who] = false;
    open_model.attribute[who] = 0;
    for (int i = 0; i < open_model.n; i++)
        if (open_model.list[i].person != who)
            open_model.list[kept_n++] = open_model.list[i];
    open_model.n = kept_n;
}

static void erase(void)
{
    int who = (int)chance(PEOPLE);
    bip_status st[2], says = !with_reason ? BIP_E_USAGE : open_model.registered[who] ? BIP_OK : BIP_E_NOT_FOUND;
    for (int i = 0; i < 2; i++)
        st[i] = bip_participant_erase(changes[i], code_of(who), &err);
    if (expect(st[0], st[1], says, "erase") == BIP_OK)
        forget(who);
}

/* It changes no score, so the model knows nothing of it; the exports do. */
static void dispute(void)
{
    char ids[2][BIP_ID_SIZE];
    bip_status st[2];
    if (open_model.n == 0)
        return;
    const assessment *a = &open_model.list[chance((unsigned)open_model.n)];
    const char *by = an_id_of(a);
    for (int i = 0; i < 2; i++)
        st[i] = bip_assessment_dispute(changes[i], by, "I was ill", ids[i], &err);
    if (expect(st[0], st[1], a->withdrawn ? BIP_E_CONFLICT : BIP_OK, "dispute") == BIP_OK &&
        strcmp(ids[0], ids[1]) != 0)
        fail("the ids of an objection differ");
}

static void nonsense(void)
{
    assessment a = {.person = 0};
    bip_assessment_in in = in_of(&a, 20000);
    bip_status st[2];
    unsigned which = chance(5);
    for (int i = 0; i < 2; i++)
        st[i] = which == 0   ? bip_participant_add(changes[i], " blank ", BIP_NO_DATE, &err)
                : which == 1 ? bip_assessment_correct(changes[i], "0123456789abcdef0123456789abcdef.0", &in, NULL, &err)
                : which == 2 ? bip_participant_set(changes[i], "P-1", "Key", "x", &err)
                : which == 3 ? bip_instrument_add(changes[i], "{", 1, &err)
                             : bip_participant_add(changes[i], "19811218-9876", BIP_NO_DATE, &err);
    bip_status says = which == 1 ? BIP_E_NOT_FOUND : BIP_E_REFUSED;
    if (which == 2 && st[0] == BIP_E_NOT_FOUND)
        says = BIP_E_NOT_FOUND;
    expect(st[0], st[1], says, "nonsense");
}

/* ------------------------------------------------------------ imports */

static void say(text *t, const char *s)
{
    text_take(t, s, strlen(s));
}

static void say_score(text *t, const bip_score *score, const char *quote)
{
    static const char *const reasons[] = {
        [BIP_DECLINED] = "declined", [BIP_DONT_KNOW] = "dont_know", [BIP_NOT_APPLICABLE] = "not_applicable"};
    char number[32];
    if (score->answer == BIP_NUMBER) {
        snprintf(number, sizeof number, "%d%s", (int)score->number, score->number > (int)score->number ? ".5" : "");
        say(t, number);
    } else if (score->answer != BIP_NOT_ASKED) {
        say(t, quote);
        say(t, reasons[score->answer]);
        say(t, quote);
    } else if (quote[0] != '\0') {
        say(t, "null");
    }
}

/* The notes as JSON and CSV write them. */
static const char *const json_notes[] = {"", "a note", "\xc3\xa5\xc3\xa4\xc3\xb6 \\\"quoted\\\"", "line\\nbreak"};
static const char *const csv_notes[] = {"", "a note", "\"\xc3\xa5\xc3\xa4\xc3\xb6 \"\"quoted\"\"\"", "\"line\nbreak\""};

static void say_key(text *t, const assessment *a)
{
    char day[11];
    bip_date_format(a->date, day);
    const char *pieces[] = {code_of(a->person), ",", day, ",", respondents[a->respondent], ",", raters[a->rater], ","};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        say(t, pieces[i]);
}

static void say_wide(text *t, const assessment *a)
{
    say_key(t, a);
    for (int i = 0; i < ITEMS; i++) {
        if (i < asked(a->respondent))
            say_score(t, &a->scores[i], "");
        say(t, ",");
    }
    say(t, csv_notes[a->note]);
    say(t, "\n");
}

static void say_long(text *t, const assessment *a)
{
    for (int i = 0; i < asked(a->respondent); i++) {
        if (i > 0 && a->scores[i].answer == BIP_NOT_ASKED)
            continue;
        say_key(t, a);
        say(t, items[i]);
        say(t, ",");
        say_score(t, &a->scores[i], "");
        say(t, ",");
        say(t, i == 0 ? csv_notes[a->note] : "");
        say(t, "\n");
    }
}

static void say_line(text *t, const assessment *a)
{
    char day[11];
    bip_date_format(a->date, day);
    const char *pieces[] = {"{\"schema\":\"bip-assessment-1\",\"participant\":\"",
                            code_of(a->person),
                            "\",\"instrument\":\"own\",\"respondent\":\"",
                            respondents[a->respondent],
                            "\",\"date\":\"",
                            day,
                            "\",\"rater\":\"",
                            raters[a->rater],
                            "\",\"note\":\"",
                            json_notes[a->note],
                            "\",\"scores\":{"};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        say(t, pieces[i]);
    for (int i = 0; i < asked(a->respondent); i++) {
        say(t, i == 0 ? "\"" : ",\"");
        say(t, items[i]);
        say(t, "\":");
        say_score(t, &a->scores[i], "\"");
    }
    say(t, "}}\n");
}

static const struct {
    const char *name, *head;
    void (*say)(text *t, const assessment *a);
} formats[] = {{"csv-wide", "participant,date,respondent,rater,a,b,c,note\n", say_wide},
               {"csv-long", "participant,date,respondent,rater,indicator,score,note\n", say_long},
               {"jsonl", "", say_line}};

static model after_import;

/* One row of a file, as the contract has it. false: it is refused, and with it the file. */
static bool take_row(const assessment *a, bool update, bool create, bip_import_result *counts)
{
    model *m = &after_import;
    if (!m->registered[a->person]) {
        m->registered[a->person] = true;
        m->enrolled[a->person] = BIP_NO_DATE;
        counts->participants++;
        if (!create)
            return false;
    }
    assessment *held = holder(m, a);
    if (held == NULL) {
        m->list[m->n++] = *a;
        counts->added++;
    } else if (same_scores(held, a)) {
        counts->known++;
    } else {
        memcpy(held->scores, a->scores, sizeof held->scores);
        held->note = a->note;
        held->revision++;
        held->last[0] = '\0';
        counts->changed++;
        return update;
    }
    return true;
}

static bool same_key(const assessment *x, const assessment *y)
{
    return x->person == y->person && x->respondent == y->respondent && x->rater == y->rater && x->date == y->date;
}

static bool is_of(const assessment *m, const bip_assessment *a)
{
    return !m->withdrawn && m->date == a->date && strcmp(code_of(m->person), a->participant) == 0 &&
           strcmp(respondents[m->respondent], a->respondent) == 0 &&
           strcmp(raters[m->rater], a->rater == NULL ? "" : a->rater) == 0;
}

/* What was imported has ids that nobody told. */
static void learn_ids(void)
{
    bip_cursor *cursor = NULL;
    const bip_assessment *a;
    bip_status st = bip_assessments(stores[0], NULL, &cursor, &err);
    while (st == BIP_OK && (st = bip_assessment_next(cursor, &a, &err)) == BIP_OK)
        for (int i = 0; i < open_model.n; i++)
            if (open_model.list[i].id[0] == '\0' && is_of(&open_model.list[i], a))
                memcpy(open_model.list[i].id, a->id, strlen(a->id) + 1);
    bip_cursor_close(cursor);
    if (st != BIP_DONE)
        fail("what was imported can't be read");
}

static void import_text(text t, const char *format, const char *opts, bip_status says, const bip_import_result *counts)
{
    bip_status st[2];
    for (int i = 0; i < 2; i++) {
        bip_import_result found = {.size = sizeof found};
        text source = t;
        st[i] = bip_import(changes[i], format, opts, text_give, &source, NULL, NULL, &found, &err);
        if (st[i] == BIP_OK && (found.added != counts->added || found.known != counts->known ||
                                found.changed != counts->changed || found.participants != counts->participants))
            fail("an import counts otherwise");
    }
    if (expect(st[0], st[1], says, format) != BIP_OK)
        return;
    open_model = after_import;
    learn_ids();
}

/* A row that says what one before it says of its key, or something else; or any row. */
static assessment next_row(const assessment *rows, int n, bool *off)
{
    *off = false;
    if (n == 0 || chance(5) > 0)
        return random_assessment(off);
    assessment a = rows[chance((unsigned)n)];
    if (chance(2))
        a.note = (int)chance(4);
    return a;
}

/* A key twice: with the same content it is known; but rows of the long form with one key are one assessment, in which
 * an indicator has one score. */
static bool may_follow(const assessment *rows, int n, const assessment *a, bool is_long)
{
    for (int i = 0; i < n; i++)
        if (same_key(&rows[i], a) && (is_long || !same_scores(&rows[i], a)))
            return false;
    return true;
}

/* What is refused leaves the change as it was, and that goes on. */
static void import_rows(void)
{
    enum { ROWS = 8 };
    assessment rows[ROWS];
    const unsigned format = chance(3);
    const bool update = chance(2), create = chance(4) > 0 || formats[format].say == say_line;
    bip_import_result counts = {0};
    bip_status says = BIP_OK;
    text t = {NULL, 0};
    char opts[120];
    if (open_model.n == MOST)
        return;
    snprintf(opts, sizeof opts, "{\"instrument\":\"own\",\"update\":%s,\"create_participants\":%s}",
             update ? "true" : "false", create ? "true" : "false");
    after_import = open_model;
    say(&t, formats[format].head);
    for (int n = 0, all = 1 + (int)chance(ROWS); n < all && after_import.n < MOST; n++) {
        bool off;
        rows[n] = next_row(rows, n, &off);
        formats[format].say(&t, &rows[n]);
        if (off || !may_follow(rows, n, &rows[n], formats[format].say == say_long) ||
            !take_row(&rows[n], update, create, &counts))
            says = BIP_E_REFUSED;
    }
    import_text(t, formats[format].name, opts, says, &counts);
    free(t.s);
}

/* ------------------------------------------------------------ what they hold */

static const model *sorting;

static int by_place(const void *x, const void *y)
{
    const int a = *(const int *)x, b = *(const int *)y;
    const assessment *p = &sorting->list[a], *q = &sorting->list[b];
    int order = strcmp(code_of(p->person), code_of(q->person));
    if (order == 0)
        order = (p->date > q->date) - (p->date < q->date);
    return order != 0 ? order : a - b;
}

static void same_as_model(const bip_assessment *a, const assessment *m)
{
    if (strcmp(a->id, m->id) != 0 || strcmp(a->participant, code_of(m->person)) != 0 ||
        strcmp(a->respondent, respondents[m->respondent]) != 0 || a->date != m->date ||
        strcmp(a->rater ? a->rater : "", raters[m->rater]) != 0 ||
        strcmp(a->note ? a->note : "", notes[m->note]) != 0 || a->revision != m->revision ||
        a->n != (size_t)asked(m->respondent))
        fail("an assessment isn't what was recorded");
    for (size_t i = 0; i < a->n; i++)
        if (a->scores[i].answer != m->scores[i].answer ||
            (a->scores[i].answer == BIP_NUMBER && a->scores[i].number != m->scores[i].number))
            fail("a score isn't what was recorded");
}

static void read_back(const model *m)
{
    int order[MOST], n = 0;
    for (int i = 0; i < m->n; i++)
        if (!m->list[i].withdrawn)
            order[n++] = i;
    sorting = m;
    qsort(order, (size_t)n, sizeof *order, by_place);
    for (int which = 0; which < 2; which++) {
        bip_cursor *cursor = NULL;
        const bip_assessment *a;
        bip_status st = bip_assessments(stores[which], NULL, &cursor, &err);
        int i = 0;
        for (; st == BIP_OK && (st = bip_assessment_next(cursor, &a, &err)) == BIP_OK; i++) {
            if (i == n)
                fail("there are more assessments than were recorded");
            same_as_model(a, &m->list[order[i]]);
        }
        bip_cursor_close(cursor);
        if (st != BIP_DONE)
            fail("reading assessments");
        if (i < n)
            fail("there are fewer assessments than were recorded");
    }
}

static text document(bip_store *store, const char *name)
{
    text t = {NULL, 0};
    text_take(&t, "", 0);
    if (bip_write(store, name, NULL, NULL, text_take, &t, &err) != BIP_OK)
        fail(name);
    return t;
}

static text people_of(const model *m)
{
    static const int by_code[PEOPLE] = {0, 1, 2, 5, 3, 4};
    text t = {NULL, 0};
    char line[300], day[11];
    text_take(&t, "", 0);
    for (int i = 0; i < PEOPLE; i++) {
        const int who = by_code[i];
        if (!m->registered[who])
            continue;
        const char *quote = m->enrolled[who] == BIP_NO_DATE ? "" : "\"";
        bip_date_format(m->enrolled[who], day);
        int n =
            snprintf(line, sizeof line,
                     "{\"schema\":\"bip-participant-1\",\"participant\":\"%s\",\"enrolled\":%s%s%s,\"attributes\":{",
                     code_of(who), quote, quote[0] ? day : "null", quote);
        if (m->attribute[who] > 0)
            n += snprintf(line + n, sizeof line - (size_t)n, "\"unit\":\"%s\"", values[m->attribute[who]]);
        n += snprintf(line + n, sizeof line - (size_t)n, "}}\n");
        text_take(&t, line, (size_t)n);
    }
    return t;
}

static void people_back(const model *m)
{
    text expected = people_of(m);
    for (int i = 0; i < 2; i++) {
        text t = document(stores[i], "participants");
        if (!text_same(t, expected))
            fail("the participants aren't those that were registered");
        free(t.s);
    }
    free(expected.s);
}

static void same_documents(void)
{
    static const char *const names[] = {"json",     "progression", "history", "progression-text", "steps-text", "head",
                                        "csv-long", "jsonl",       "steps",   "history-text",     "team"};
    const char *name = names[chance(sizeof names / sizeof *names)];
    text a = document(stores[0], name), b = document(stores[1], name);
    if (!text_same(a, b))
        fail(name);
    free(a.s);
    free(b.s);
}

static void verify_both(void)
{
    for (int i = 0; i < 2; i++)
        if (bip_store_verify(stores[i], NULL, NULL, NULL, &err) != BIP_OK)
            fail("verify");
}

/* The whole store through JSON into a fresh one, in memory. */
static void round_trip(void)
{
    bip_store *fresh = NULL;
    bip_change *change = NULL;
    bip_open_options o = options(1, BIP_OPEN_CREATE);
    text a = document(stores[0], "json"), source = a;
    uint64_t before = randoms[1];
    if (bip_store_open(":memory:", &o, &fresh, &err) != BIP_OK ||
        bip_change_begin(fresh, "eva", NULL, &change, &err) != BIP_OK ||
        bip_import(change, "json", NULL, text_give, &source, NULL, NULL, NULL, &err) != BIP_OK ||
        bip_change_commit(change, NULL, &err) != BIP_OK)
        fail("the export can't be imported");
    text b = document(fresh, "json");
    if (!text_same(a, b))
        fail("the export of the import is another");
    bip_store_close(fresh);
    randoms[1] = before;
    free(a.s);
    free(b.s);
}

static void reopen(void)
{
    bip_store_close(stores[0]);
    open_sqlite(BIP_OPEN_WRITE);
}

/* ------------------------------------------------------------ histories */

static void in_change(void)
{
    static void (*const calls[])(void) = {
        add,   add,     add,      add, correct,         correct,       correct,     withdraw,   register_person,
        erase, dispute, nonsense, add, register_person, set_attribute, import_rows, import_rows};
    calls[chance(sizeof calls / sizeof *calls)]();
}

static void between(void)
{
    static void (*const calls[])(void) = {same_documents, same_documents, verify_both, round_trip, reopen};
    read_back(&kept);
    people_back(&kept);
    calls[chance(5)]();
    now_ms += (int64_t)chance(100000) - 20000; /* clocks are set back, too */
}

static void history(uint64_t of)
{
    seed = state = of;
    now_ms = 1795255200000 + (int64_t)chance(1000);
    memset(&kept, 0, sizeof kept);
    open_both();
    begin();
    for (int i = 0; i < 2; i++)
        if (bip_instrument_add(changes[i], instrument, sizeof instrument - 1, &err) != BIP_OK)
            fail("instrument");
    end(true);
    for (int step = 0; step < STEPS && !input_gone; step++) {
        if (changes[0] == NULL && chance(2))
            between();
        else if (changes[0] == NULL)
            begin();
        else if (chance(6) == 0)
            end(chance(5) > 0);
        else
            in_change();
    }
    if (changes[0] != NULL)
        end(true);
    read_back(&kept);
    people_back(&kept);
    verify_both();
    round_trip();
    bip_store_close(stores[0]);
    bip_store_close(stores[1]);
    remove_files();
}

#ifdef BIP_FUZZ_MODEL
/* libFuzzer: the bytes decide the calls. */
static char folder[] = "/dev/shm/bip-model-XXXXXX"; /* where syncing takes no time */

static void remove_folder(void)
{
    rmdir(folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (path[0] == '\0') {
        if (mkdtemp(folder) == NULL || atexit(remove_folder) != 0)
            abort();
        snprintf(path, sizeof path, "%s/model.bip", folder);
    }
    input = data;
    input_n = n;
    input_gone = n == 0;
    if (n > 0)
        history(1);
    return 0;
}
#else
int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    snprintf(path, sizeof path, "%s/model.bip", argv[1]);
    time_t until = time(NULL) + atol(argv[2]);
    uint64_t first = argc > 3 ? strtoull(argv[3], NULL, 10) : (uint64_t)time(NULL) * 1000000;
    long n = 0;
    printf("first seed %llu\n", (unsigned long long)first);
    fflush(stdout);
    do
        history(first + (uint64_t)n++);
    while (time(NULL) < until);
    printf("figure: %ld random histories of %d calls, from seed %llu, both storages as the model\n", n, STEPS,
           (unsigned long long)first);
    printf("%ld passed, 0 failed\n", n);
    return 0;
}
#endif
