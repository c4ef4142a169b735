#include "deeds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bip_error err;
char path[480], other[490], source[490];

/* What the base gave, to be taken in again: whole stores, rows, words, heads. */
static text whole, rows_jsonl, rows_long, words, heads;

void die(const char *what)
{
    fprintf(stderr, "FAILED: %s\n", what);
    exit(1);
}

/* ------------------------------------------------------------ texts and files */

static int drop(void *ctx, const char *bytes, size_t n)
{
    (void)ctx, (void)bytes, (void)n;
    return 0;
}

text read_file(const char *name)
{
    FILE *f = fopen(name, "rb");
    text t = {NULL, 0};
    char bytes[65536];
    if (f == NULL)
        die("a file can't be read");
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, f)) > 0;)
        text_take(&t, bytes, n);
    fclose(f);
    return t;
}

void remove_store(const char *name)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    char beside[512];
    for (size_t i = 0; i < 4; i++) {
        snprintf(beside, sizeof beside, "%s%s", name, ends[i]);
        unlink(beside);
    }
}

void write_file(const char *name, text t)
{
    FILE *f = fopen(name, "wb");
    if (f == NULL || fwrite(t.s, 1, t.n, f) != t.n || fclose(f) != 0)
        die("a file can't be written");
}

static int64_t now(void *ctx)
{
    (void)ctx;
    return 1795255200000; /* 2026-11-21 */
}

bip_status open_store(uint32_t flags, const char *name, bip_store **out)
{
    bip_open_options o;
    bip_open_options_init(&o, sizeof o);
    o.flags = flags;
    o.now_ms = now;
    return bip_store_open(name, &o, out, &err);
}

/* ------------------------------------------------------------ writing */

static const char *const indicators[] = {"cooperation", "job_search"};
static const bip_score scores[] = {{.number = 3}, {.answer = BIP_DECLINED}};

static bip_status add(bip_change *change, const char *id)
{
    bip_assessment_in in = {.size = sizeof in,
                            .participant = "P1",
                            .instrument = "employability",
                            .respondent = "participant",
                            .rater = "H09",
                            .date = 20300,
                            .n = 2,
                            .note = "a note",
                            .indicators = indicators,
                            .scores = scores};
    (void)id;
    return bip_assessment_add(change, &in, NULL, &err);
}

static bip_status revise(bip_change *change, const char *id)
{
    bip_assessment_in in = {.size = sizeof in, .note = "the first revision"};
    return bip_assessment_correct(change, id, &in, NULL, &err);
}

static bip_status correct(bip_change *change, const char *id)
{
    bip_assessment_in in = {
        .size = sizeof in, .note = "the second", .n = 1, .indicators = indicators, .scores = scores};
    return bip_assessment_correct(change, id, &in, NULL, &err);
}

static bip_status withdraw(bip_change *change, const char *id)
{
    return bip_assessment_withdraw(change, id, &err);
}

static bip_status dispute(bip_change *change, const char *id)
{
    return bip_assessment_dispute(change, id, "I was ill that week", NULL, &err);
}

static bip_status participant(bip_change *change, const char *id)
{
    (void)id;
    bip_status st = bip_participant_add(change, "P77", 20000, &err);
    return st == BIP_OK ? bip_participant_set(change, "P77", "sex", "man", &err) : st;
}

static bip_status erase(bip_change *change, const char *id)
{
    (void)id;
    return bip_participant_erase(change, "Q3", &err);
}

static bip_status keep_days(bip_change *change, const char *id)
{
    (void)id;
    return bip_retention_keep(change, 1825, &err);
}

static bip_status erase_old(bip_change *change, const char *id)
{
    (void)id;
    return bip_retention_erase(change, 150, BIP_NO_DATE, drop, NULL, &err);
}

static bip_status instrument(bip_change *change, const char *id)
{
    static const char json[] = "{\"instrument\":\"own\",\"version\":\"1\",\"title\":{\"en\":\"O\"},\"respondents\":[{"
                               "\"code\":\"nurse\",\"title\":{\"en\":\"N\"}}],\"scales\":[{\"code\":\"five\",\"min\":1,"
                               "\"max\":5}],\"indicators\":[{\"code\":\"a\",\"title\":{\"en\":\"A\"},\"scale\":"
                               "\"five\"}],\"participant_pattern\":\"^[A-Z]\"}";
    (void)id;
    return bip_instrument_add(change, json, sizeof json - 1, &err);
}

static bip_status import_from(bip_change *change, const char *format, const char *options, text from)
{
    bip_import_result result = {.size = sizeof result};
    return bip_import(change, format, options, text_give, &from, NULL, NULL, &result, &err);
}

#define CREATE "{\"instrument\":\"employability\",\"create_participants\":true}"
#define UPDATE "{\"update\":true,\"redact\":true,\"create_participants\":true}"

static bip_status import_base(bip_change *change)
{
    char rows[8192] = "participant,date,respondent,cooperation,job_search,note\n";
    size_t n = strlen(rows);
    for (int i = 0; i < 120; i++)
        n += (size_t)snprintf(rows + n, sizeof rows - n, "Q%d,2026-0%d-%02d,participant,%d,%d,%s\n", i % 12,
                              1 + i / 28 % 9, 1 + i % 28, 1 + i % 5, 5 - i % 5, i % 7 ? "" : "a note");
    return import_from(change, "csv-wide", CREATE, (text){rows, n});
}

static bip_status import_wide(bip_change *change, const char *id)
{
    static char rows[] = "participant;date;respondent;rater;cooperation;note\nR1;2026-01-01;participant;H1;2;\"long\"\n"
                         "Q1;2026-09-09;participant;H2;3;\n";
    (void)id;
    return import_from(change, NULL, CREATE, (text){rows, sizeof rows - 1});
}

static bip_status import_long(bip_change *change, const char *id)
{
    (void)id;
    return import_from(change, "csv-long", UPDATE, rows_long);
}

static bip_status import_jsonl(bip_change *change, const char *id)
{
    (void)id;
    return import_from(change, "jsonl", UPDATE, rows_jsonl);
}

static bip_status import_json(bip_change *change, const char *id)
{
    (void)id;
    return import_from(change, "json", NULL, whole);
}

static bip_status merge(bip_change *change, const char *id)
{
    bip_store *from = NULL;
    (void)id;
    bip_status st = open_store(0, source, &from);
    if (st == BIP_OK)
        st = bip_merge(change, from, NULL, &err);
    bip_store_close(from);
    return st;
}

static bip_status change(bip_store *store, bip_status (*what)(bip_change *, const char *))
{
    bip_cursor *cursor = NULL;
    const bip_assessment *a = NULL;
    bip_change *c = NULL;
    char id[BIP_ID_SIZE] = "";
    bip_status st = bip_assessments(store, NULL, &cursor, &err);
    if (st == BIP_OK && (st = bip_assessment_next(cursor, &a, &err)) == BIP_OK)
        snprintf(id, sizeof id, "%s", a->id);
    bip_cursor_close(cursor);
    if (st == BIP_OK)
        st = bip_change_begin(store, "anna", "a reason", &c, &err);
    if (st == BIP_OK && (st = what(c, id)) != BIP_OK)
        bip_change_rollback(c);
    else if (st == BIP_OK)
        st = bip_change_commit(c, NULL, &err);
    return st;
}

/* ------------------------------------------------------------ reading */

static bool is_one_of(const char *name, const char *const *list)
{
    for (; *list != NULL; list++)
        if (strcmp(name, *list) == 0)
            return true;
    return false;
}

static bip_status document(bip_store *store, const char *name)
{
    static const char *const person[] = {"subject", "subject-html", "report",       "brief",
                                         "spider",  "spider-svg",   "timeline-svg", NULL};
    static const char *const instrument[] = {"instrument", "form", "csv-wide", NULL};
    static const char *const codes[] = {"Q1"};
    bip_query q;
    bip_query_init(&q, sizeof q);
    q.as_of = 20700;
    if (is_one_of(name, person)) {
        q.participants = codes;
        q.n_participants = 1;
    }
    if (is_one_of(name, instrument))
        q.instrument = "employability";
    return bip_write(store, name, &q, NULL, drop, NULL, &err);
}

static bip_status cursors(bip_store *store, const char *name)
{
    bip_cursor *cursor = NULL;
    const bip_assessment *a;
    const bip_series *s;
    (void)name;
    bip_status st = bip_assessments(store, NULL, &cursor, &err);
    while (st == BIP_OK)
        st = bip_assessment_next(cursor, &a, &err);
    bip_cursor_close(cursor);
    if (st != BIP_DONE)
        return st;
    st = bip_progression(store, NULL, &cursor, &err);
    while (st == BIP_OK)
        st = bip_series_next(cursor, &s, &err);
    bip_cursor_close(cursor);
    return st == BIP_DONE ? BIP_OK : st;
}

static bip_status verify(bip_store *store, const char *name)
{
    (void)name;
    return bip_store_verify(store, heads.s, NULL, NULL, &err);
}

static bip_status backup(bip_store *store, const char *name)
{
    (void)name;
    return bip_store_backup(store, other, &err);
}

static bip_status overdue(bip_store *store, const char *name)
{
    (void)name;
    return bip_retention_list(store, 1, BIP_NO_DATE, drop, NULL, &err);
}

static bip_status add_words(bip_store *store, const char *name)
{
    char lang[BIP_LANG_SIZE];
    (void)name;
    return bip_store_add_words(store, words.s, words.n, lang, &err);
}

/* What only answers; it must do so without memory, too. */
static bip_status small_questions(bip_store *store, const char *name)
{
    int32_t traces, days = bip_retention_days(store);
    (void)name;
    bip_status st = bip_store_traces(store, &traces, &err);
    if (st == BIP_OK && (traces != 0 || days != 0))
        die("a store without traces and without days to keep says otherwise");
    if (strcmp(bip_store_lang(store), "") != 0 || bip_store_today(store) != 20778)
        die("the language or the day");
    bip_store_interrupt(store); /* nothing is in progress */
    return st;
}

/* ------------------------------------------------------------ without a store */

static const bip_label labels[] = {{1, "Not at all"}, {5, "Completely"}};
static const bip_date days[] = {10, 20, 30, 40, 50};
static const double numbers[] = {1, 2, 2, 3, 4};

static bip_series_rules rules_of(void)
{
    bip_series_rules rules;
    bip_series_rules_init(&rules, sizeof rules);
    rules.scale_min = 1;
    rules.scale_max = 5;
    return rules;
}

static bip_status sentence(void)
{
    const bip_series_rules rules = rules_of();
    bip_sentence_words w = {.size = sizeof w, .lang = "sv", .title = "Sleep", .labels = labels, .n_labels = 2};
    bip_series s;
    bip_status st = bip_series_compute(days, numbers, NULL, 5, &rules, &s, sizeof s, &err);
    return st == BIP_OK ? bip_series_sentence(&s, &w, drop, NULL, &err) : st;
}

static bip_status spider(void)
{
    const bip_score points[] = {{.number = 2}, {.number = 3}, {.answer = BIP_DECLINED}};
    const bip_layer layer = {.size = sizeof layer, .date = 20000, .scores = points};
    bip_axis axes[3];
    bip_picture picture;
    bip_picture_init(&picture, sizeof picture);
    picture.title = "A picture";
    for (int i = 0; i < 3; i++)
        axes[i] = (bip_axis){.size = sizeof axes[i],
                             .title = "Coping with everyday life",
                             .scale_min = 1,
                             .scale_max = 5,
                             .step = 1,
                             .labels = labels,
                             .n_labels = 2};
    return bip_spider(axes, 3, &layer, 1, &picture, drop, NULL, &err);
}

static bip_status timeline(void)
{
    const bip_series_rules rules = rules_of();
    bip_score points[5];
    for (int i = 0; i < 5; i++)
        points[i] = (bip_score){.number = numbers[i]};
    const bip_panel panel = {
        .size = sizeof panel, .title = "Sleep", .rules = &rules, .days = days, .scores = points, .n = 5};
    return bip_timeline(&panel, 1, NULL, drop, NULL, &err);
}

static bip_status values(void)
{
    static const char json[] = "{\"instrument\":\"x\"}";
    char text_of[11], versions[200];
    bip_date date;
    bip_status st = bip_instrument_check(json, sizeof json - 1, &err);
    if (st != BIP_E_REFUSED)
        return st;
    bip_versions(versions, sizeof versions);
    if ((st = bip_date_parse("2026-11-21", &date, &err)) != BIP_OK)
        return st;
    bip_date_format(date, text_of);
    bool holds = strcmp(text_of, "2026-11-21") == 0 && bip_version()[0] != '\0' &&
                 strcmp(bip_status_code(BIP_E_NOMEM), "nomem") == 0 && bip_status_text(BIP_E_NOMEM)[0] != '\0';
    if (!holds)
        die("a value is wrong without memory");
    return BIP_OK;
}

/* ------------------------------------------------------------ all of it */

const deed deeds[] = {
    {.name = "make", .copies = true},
    {.name = "record", .write = add},
    {.name = "correct", .write = correct},
    {.name = "withdraw", .write = withdraw},
    {.name = "dispute", .write = dispute},
    {.name = "participant", .write = participant},
    {.name = "erase", .write = erase, .forgives = true},
    {.name = "keep days", .write = keep_days, .silent = true},
    {.name = "erase the old", .write = erase_old, .forgives = true},
    {.name = "instrument", .write = instrument},
    {.name = "import csv-wide", .write = import_wide},
    {.name = "import csv-long", .write = import_long},
    {.name = "import jsonl", .write = import_jsonl},
    {.name = "import json", .write = import_json, .forgives = true},
    {.name = "merge", .write = merge, .forgives = true},
    {.name = "cursors", .read = cursors},
    {.name = "verify", .read = verify},
    {.name = "backup", .read = backup, .copies = true},
    {.name = "list the old", .read = overdue},
    {.name = "add words", .read = add_words},
    {.name = "small questions", .read = small_questions, .forgives = true},
    {.name = "progression", .read = document},
    {.name = "progression-text", .read = document},
    {.name = "steps", .read = document},
    {.name = "steps-text", .read = document},
    {.name = "history", .read = document},
    {.name = "history-text", .read = document},
    {.name = "spider", .read = document},
    {.name = "spider-svg", .read = document},
    {.name = "timeline-svg", .read = document},
    {.name = "json", .read = document},
    {.name = "jsonl", .read = document},
    {.name = "csv-long", .read = document},
    {.name = "csv-wide", .read = document},
    {.name = "participants", .read = document},
    {.name = "instruments", .read = document},
    {.name = "instrument", .read = document},
    {.name = "report", .read = document},
    {.name = "team", .read = document},
    {.name = "form", .read = document},
    {.name = "brief", .read = document},
    {.name = "subject", .read = document},
    {.name = "subject-html", .read = document},
    {.name = "words", .read = document},
    {.name = "head", .read = document},
    {.name = "a sentence", .alone = sentence},
    {.name = "a spider", .alone = spider},
    {.name = "a timeline", .alone = timeline},
    {.name = "values", .alone = values},
};
const size_t n_deeds = sizeof deeds / sizeof *deeds;

bip_status do_deed(const deed *d)
{
    bip_store *store = NULL;
    if (d->alone)
        return d->alone();
    bool make = d->write == NULL && d->read == NULL;
    bip_status st = open_store(make ? BIP_OPEN_CREATE : d->write ? BIP_OPEN_WRITE : 0, make ? other : path, &store);
    if (st == BIP_OK && d->write)
        st = change(store, d->write);
    else if (st == BIP_OK && d->read)
        st = d->read(store, d->name);
    bip_store_close(store);
    return st;
}

/* ------------------------------------------------------------ what they are done to */

static void must(bip_status st)
{
    if (st != BIP_OK)
        die(err.message);
}

static void keep(bip_store *store, const char *name, text *into)
{
    must(bip_write(store, name, NULL, NULL, text_take, into, &err));
}

/* A copy goes on by itself: what it has more is what merge and imports take in. */
static void make_source(void)
{
    bip_store *store = NULL;
    text bytes = read_file(path);
    write_file(source, bytes);
    free(bytes.s);
    must(open_store(BIP_OPEN_WRITE, source, &store));
    must(change(store, participant));
    must(change(store, add));
    must(change(store, correct));
    must(change(store, instrument));
    must(change(store, erase));
    keep(store, "json", &whole);
    keep(store, "jsonl", &rows_jsonl);
    keep(store, "csv-long", &rows_long);
    bip_store_close(store);
}

void make_base(void)
{
    bip_store *store = NULL;
    bip_change *c = NULL;
    must(open_store(BIP_OPEN_CREATE, path, &store));
    must(bip_change_begin(store, "anna", NULL, &c, &err));
    must(bip_participant_add(c, "P1", 20000, &err));
    must(import_base(c));
    must(bip_change_commit(c, NULL, &err));
    must(change(store, revise));
    must(change(store, dispute));
    keep(store, "head", &heads);
    keep(store, "words", &words);
    bip_store_close(store);
    make_source();
}

void free_base(void)
{
    free(whole.s);
    free(rows_jsonl.s);
    free(rows_long.s);
    free(words.s);
    free(heads.s);
}
