/*
 * Makes the example export: what a team in Sweden saves from Excel after two years with the instrument `employability`.
 * Semicolons, Windows-1252, CRLF, Swedish headers; sixty participants that don't exist.
 *
 *     generate_export [SEED] > export.csv
 *
 * The same seed gives the same bytes on every machine: whole numbers only, a generator of its own, no locale, no clock.
 */
#include "bip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PARTICIPANTS = 60,
    INDICATORS = 11,
    OCCASIONS = 8,
    FIRST_NOT_OF_PARTICIPANT = 6,
    SECOND_NOT_OF_PARTICIPANT = 10
};

typedef enum { PARTICIPANT, CASEWORKER, COACH, OFFICER, RESPONDENTS } respondent;
typedef enum { IMPROVES, DECLINES, STEADY, RELAPSES } course;

static const char header[] =
    "Deltagare;Datum;Svarande;Handläggare;Anteckning;Jobbsökarbeteende;Kunskap om arbetsmarknaden;"
    "Hälsa och hantering av hälsan;Samarbetsförmåga;Målmedvetenhet;Tilltro till att klara ett arbete;"
    "Handläggarens tilltro;Vardagshantering;Stöd från nätverket;Arbetsidentitet;Yrkeskunskaper\r\n";

static const char *const titles[RESPONDENTS] = {"Deltagare", "Handläggare", "Jobbcoach", "Arbetsförmedlare"};
static const char *const reasons[] = {"vill ej svara", "vet ej", "ej aktuellt", "Vet ej", "VILL EJ SVARA"};

/* Everything that makes a CSV reader stumble: separators, quotes, line breaks, letters outside ASCII. */
static const char *const notes[] = {
    "Började praktik på lager",
    "Väntar på läkartid; ny tid i mars",
    "\"Vill ha ett jobb\", säger hen",
    "Sökt två jobb\nsvar nästa vecka",
    "Flyttat – oro för hyran; skuldrådgivning bokad",
    "Nytt: körkort!",
    "Sa: \"det går bättre\";\ntrivs med gruppen, kommer i tid",
    "Möte på distans, kort",
    "SFI kurs C klar",
    "Barnen börjat förskola, mer tid",
};

/* xorshift64: small, and the same everywhere. The state is never 0. */
static uint32_t draw(uint64_t *state, uint32_t below)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (uint32_t)(*state >> 33) % below;
}

static int one_in(uint64_t *state, uint32_t n)
{
    return draw(state, n) == 0;
}

static int between(uint64_t *state, int low, int high)
{
    return low + (int)draw(state, (uint32_t)(high - low + 1));
}

/* ---- the file: UTF-8 in this source, Windows-1252 in the export ---- */

/*
 * The source holds U+0080 to U+00FF (the same number in Windows-1252) and the en dash, which Excel likes, at 0x96.
 * A quote is doubled: only notes hold any, and those are quoted.
 */
static void put_text(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;

    while (*p) {
        if (*p == '"')
            putchar('"');
        if (*p < 0x80) {
            putchar(*p++);
        } else if (*p < 0xE0) {
            putchar((p[0] & 0x03) << 6 | (p[1] & 0x3F));
            p += 2;
        } else {
            putchar(0x96);
            p += 3;
        }
    }
}

static void put_note(const char *note)
{
    int quoted = strpbrk(note, ";\"\n") != NULL;

    if (quoted)
        putchar('"');
    put_text(note);
    if (quoted)
        putchar('"');
}

/* ---- what people answer, in hundredths of a scale point ---- */

typedef struct person {
    int number;
    course course;
    int occasions;
    int base[INDICATORS]; /* where each indicator begins */
    int pace[INDICATORS]; /* how much of the course it follows, per cent */
    int rater[RESPONDENTS];
    int has[RESPONDENTS];
} person;

/* How far a course has come after k of n occasions. */
static int drift(course kind, int k, int n)
{
    int rise = 25 * k < 120 ? 25 * k : 120;
    int turn = n * 5 / 8;

    switch (kind) {
    case IMPROVES:
        return rise;
    case DECLINES:
        return -20 * k;
    case RELAPSES:
        return k <= turn ? rise : 25 * turn - 40 * (k - turn);
    case STEADY:
        break;
    }
    return 0;
}

static int score(uint64_t *state, const person *who, respondent as, int indicator, int occasion)
{
    static const int leaning[RESPONDENTS] = {25, -20, 5, -10}; /* people see themselves a little higher */
    int level = who->base[indicator] + leaning[as] + between(state, -45, 45) +
                drift(who->course, occasion, who->occasions) * who->pace[indicator] / 100;

    level = (level + 50) / 100;
    return level < 1 ? 1 : level > 5 ? 5 : level;
}

static void put_answer(uint64_t *state, const person *who, respondent as, int indicator, int occasion)
{
    putchar(';');
    if (as == PARTICIPANT && (indicator == FIRST_NOT_OF_PARTICIPANT || indicator == SECOND_NOT_OF_PARTICIPANT))
        return;
    if (one_in(state, 30))
        put_text(reasons[draw(state, sizeof reasons / sizeof reasons[0])]);
    else if (!one_in(state, 35))
        printf("%d", score(state, who, as, indicator, occasion));
}

/* ---- rows ---- */

static void put_row(uint64_t *state, const person *who, respondent as, int rater, int occasion, bip_date day)
{
    static const char letter[RESPONDENTS] = {' ', 'H', 'J', 'A'};
    char date[11];

    bip_date_format(day, date);
    printf("EX-%04d;%s;", who->number, date);
    put_text(titles[as]);
    putchar(';');
    if (as != PARTICIPANT)
        printf("%c%02d", letter[as], rater);
    putchar(';');
    if (one_in(state, as == PARTICIPANT ? 25 : 4))
        put_note(notes[draw(state, sizeof notes / sizeof notes[0])]);
    for (int i = 0; i < INDICATORS; i++)
        put_answer(state, who, as, i, occasion);
    put_text("\r\n");
}

/* A form laid out and never filled in: the row is there, its cells are not. */
static void put_empty_row(const person *who, bip_date day)
{
    char date[11];

    bip_date_format(day, date);
    printf("EX-%04d;%s;Deltagare;;;;;;;;;;;;;\r\n", who->number, date);
}

static void put_occasion(uint64_t *state, person *who, int occasion, bip_date day)
{
    put_row(state, who, PARTICIPANT, 0, occasion, day);
    for (int as = CASEWORKER; as < RESPONDENTS; as++) {
        int before = who->rater[as];
        bip_date written = day;

        if (!who->has[as] || one_in(state, 12))
            continue;
        if (one_in(state, 3)) /* professionals often write theirs a few days later */
            written += between(state, 1, 6);
        if (occasion > 0 && one_in(state, 7))
            who->rater[as] = before % 9 + 1;
        /* The one who leaves and the one who takes over both score, on the same day. */
        if (who->rater[as] != before && as == CASEWORKER && one_in(state, 2))
            put_row(state, who, (respondent)as, before, occasion, written);
        put_row(state, who, (respondent)as, who->rater[as], occasion, written);
    }
}

static person make_person(uint64_t *state, int number)
{
    static const course kinds[] = {IMPROVES, IMPROVES, IMPROVES, STEADY, STEADY, DECLINES, RELAPSES};
    person who = {.number = number};

    /* One draw a statement: within one, C leaves the order to the compiler. */
    who.course = kinds[draw(state, sizeof kinds / sizeof kinds[0])];
    who.occasions = between(state, 2, OCCASIONS);
    for (int i = 0; i < INDICATORS; i++) {
        who.base[i] = between(state, who.course == DECLINES ? 250 : 140, who.course == DECLINES ? 420 : 310);
        who.pace[i] = between(state, 0, 140);
    }
    for (int as = CASEWORKER; as < RESPONDENTS; as++)
        who.rater[as] = between(state, 1, 9);
    who.has[CASEWORKER] = !one_in(state, 20);
    who.has[COACH] = !one_in(state, 3) || !who.has[CASEWORKER];
    who.has[OFFICER] = one_in(state, 3);
    return who;
}

static void put_person(uint64_t *state, int number, bip_date end)
{
    person who = make_person(state, number);
    bip_date day;

    if (number == 1)
        who.occasions = OCCASIONS;
    if (number == PARTICIPANTS) { /* somebody who came once, alone */
        who.occasions = 1;
        memset(who.has, 0, sizeof who.has);
    }
    /* At most 105 days between two occasions, so the last of them is not after `end`. */
    day = end - 105 * (who.occasions - 1) - between(state, 5, 120);
    for (int k = 0; k < who.occasions; k++) {
        put_occasion(state, &who, k, day);
        day += between(state, 75, 105);
    }
    if (number == 20 || number == 40)
        put_empty_row(&who, day - 60);
}

int main(int argc, char **argv)
{
    uint64_t state = argc > 1 ? strtoull(argv[1], NULL, 10) : 20261121;
    bip_date end;

    if (state == 0 || bip_date_parse("2026-11-12", &end, NULL) != BIP_OK) {
        fprintf(stderr, "usage: generate_export [SEED] > FILE, SEED a whole number above 0\n");
        return 2;
    }
    put_text(header);
    for (int number = 1; number <= PARTICIPANTS; number++)
        put_person(&state, number, end);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "generate_export: could not write\n");
        return 1;
    }
    return 0;
}
