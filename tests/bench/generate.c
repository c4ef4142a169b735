/*
 * Makes the long CSV that the bench measures with: made-up participants of the instrument `employability`, each with
 * 2 to 17 dates and on each date one assessment of 9 items by the participant and one of 11 by the caseworker.
 *
 *     generate [--participants N] [--seed N] [--shuffled] [--titles] [--semicolons] [--windows-1252] > scores.csv
 *
 * 4,000 participants give about 0.4 million rows, 100,000 about 10 million. The same arguments give the same bytes on
 * every machine. All scores are whole numbers: a reason would turn the column into text for the programs that libbip is
 * measured against, and they would be slower for it.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INDICATORS = 11, MOST_DATES = 17, PARTICIPANT = 0, CASEWORKER = 1 };

typedef struct wishes {
    uint32_t participants;
    uint64_t seed;
    bool shuffled, titles, semicolons, windows_1252;
} wishes;

/* One row, small: ten million of them are shuffled in memory. */
typedef struct row {
    uint32_t person; /* from 0 */
    uint16_t day;    /* since 2015-01-01 */
    uint8_t respondent, indicator, score;
} row;

typedef struct rows {
    row *list;
    size_t n, cap;
} rows;

static const char *const respondents[2][2] = {{"participant", "caseworker"}, {"Deltagare", "Handläggare"}};
static const char *const indicators[2][INDICATORS] = {
    {"job_search", "labour_market_knowledge", "health_coping", "cooperation", "determination", "job_self_efficacy",
     "caseworker_belief", "everyday_coping", "social_support", "work_identity", "job_skills"},
    {"Jobbsökarbeteende", "Kunskap om arbetsmarknaden", "Hälsa och hantering av hälsan", "Samarbetsförmåga",
     "Målmedvetenhet", "Tilltro till att klara ett arbete", "Handläggarens tilltro", "Vardagshantering",
     "Stöd från nätverket", "Arbetsidentitet", "Yrkeskunskaper"}};

static bool asked_of(int respondent, int indicator)
{
    return respondent == CASEWORKER || (indicator != 6 && indicator != 10);
}

/* xorshift64: small, and the same everywhere. The state is never 0. */
static uint32_t draw(uint64_t *state, uint32_t below)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (uint32_t)(*state >> 33) % below;
}

/* ---- the rows ---- */

static void add(rows *all, row one)
{
    if (all->n == all->cap) {
        all->cap = all->cap ? 2 * all->cap : 1 << 16;
        row *grown = realloc(all->list, all->cap * sizeof *grown);
        if (grown == NULL) {
            fputs("generate: memory ran out\n", stderr);
            exit(1);
        }
        all->list = grown;
    }
    all->list[all->n++] = one;
}

/* 2 to 17 dates, five on average: many leave early. */
static int dates_of(uint64_t *state)
{
    int n = 2;
    while (n < MOST_DATES && draw(state, 4) != 0)
        n++;
    return n;
}

static uint8_t score_at(uint64_t *state, int base, int pace, int occasion)
{
    const int hundredths = base + pace * occasion + (int)draw(state, 160) - 80;
    const int score = (hundredths + 50) / 100;
    return (uint8_t)(score < 1 ? 1 : score > 5 ? 5 : score);
}

static void add_person(rows *all, uint64_t *state, uint32_t person)
{
    const int n = dates_of(state), pace = (int)draw(state, 40) - 12;
    uint32_t day = draw(state, 365);
    int base[INDICATORS];
    for (int i = 0; i < INDICATORS; i++)
        base[i] = 120 + (int)draw(state, 260);
    for (int k = 0; k < n; k++) {
        for (int r = PARTICIPANT; r <= CASEWORKER; r++)
            for (int i = 0; i < INDICATORS; i++)
                if (asked_of(r, i))
                    add(all, (row){person, (uint16_t)day, (uint8_t)r, (uint8_t)i, score_at(state, base[i], pace, k)});
        day += 60 + draw(state, 60);
    }
}

static void shuffle(rows *all, uint64_t *state)
{
    for (size_t i = all->n; i > 1; i--) {
        const size_t j = draw(state, (uint32_t)i);
        const row kept = all->list[i - 1];
        all->list[i - 1] = all->list[j];
        all->list[j] = kept;
    }
}

/* ---- the file ---- */

/* The source is UTF-8 and holds ASCII and U+00C0 to U+00FF only, which are the same numbers in Windows-1252. */
static void put_text(const char *text, bool windows_1252)
{
    const unsigned char *p = (const unsigned char *)text;
    while (*p != '\0')
        if (windows_1252 && *p >= 0x80) {
            putchar((p[0] & 0x03) << 6 | (p[1] & 0x3F));
            p += 2;
        } else {
            putchar(*p++);
        }
}

/* Days since 2015-01-01; the bench needs no more than twelve years. */
static void put_date(uint32_t day)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = 2015, month = 0, left = (int)day;
    while (left >= 365 + (year % 4 == 0))
        left -= 365 + (year++ % 4 == 0);
    for (; left >= lengths[month] + (month == 1 && year % 4 == 0); month++)
        left -= lengths[month] + (month == 1 && year % 4 == 0);
    printf("%d-%02d-%02d", year, month + 1, left + 1);
}

static void put_rows(const rows *all, const wishes *w)
{
    const char separator = w->semicolons ? ';' : ',';
    const char *const *who = respondents[w->titles], *const *what = indicators[w->titles];
    printf(w->titles ? "Deltagare%cDatum%cSvarande%cIndikator%cSkattning\n"
                     : "participant%cdate%crespondent%cindicator%cscore\n",
           separator, separator, separator, separator);
    for (size_t i = 0; i < all->n; i++) {
        const row *r = &all->list[i];
        printf("P-%06u%c", (unsigned)r->person + 1, separator);
        put_date(r->day);
        putchar(separator);
        put_text(who[r->respondent], w->windows_1252);
        putchar(separator);
        put_text(what[r->indicator], w->windows_1252);
        printf("%c%d\n", separator, r->score);
    }
}

/* ---- */

static uint64_t number(const char *text)
{
    char *end;
    const unsigned long long v = strtoull(text, &end, 10);
    if (*end != '\0' || v == 0 || v > UINT32_MAX) {
        fprintf(stderr, "generate: %s is no number from 1 on\n", text);
        exit(2);
    }
    return v;
}

static wishes read_arguments(int argc, char **argv)
{
    wishes w = {.participants = 4000, .seed = 1};
    for (int i = 1; i < argc; i++) {
        const bool more = i + 1 < argc;
        if (strcmp(argv[i], "--participants") == 0 && more)
            w.participants = (uint32_t)number(argv[++i]);
        else if (strcmp(argv[i], "--seed") == 0 && more)
            w.seed = number(argv[++i]);
        else if (strcmp(argv[i], "--shuffled") == 0)
            w.shuffled = true;
        else if (strcmp(argv[i], "--titles") == 0)
            w.titles = true;
        else if (strcmp(argv[i], "--semicolons") == 0)
            w.semicolons = true;
        else if (strcmp(argv[i], "--windows-1252") == 0)
            w.windows_1252 = true;
        else {
            fprintf(stderr, "generate: what is %s?\n", argv[i]);
            exit(2);
        }
    }
    return w;
}

int main(int argc, char **argv)
{
    const wishes w = read_arguments(argc, argv);
    uint64_t state = w.seed * UINT64_C(0x9E3779B97F4A7C15);
    rows all = {0};
    for (uint32_t p = 0; p < w.participants; p++)
        add_person(&all, &state, p);
    if (w.shuffled)
        shuffle(&all, &state);
    put_rows(&all, &w);
    free(all.list);
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
