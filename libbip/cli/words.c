#include "cli/cli.h"

#include <string.h>

static const char *const langs[] = {"en", "sv", "da"};
#define N_LANGS (sizeof langs / sizeof langs[0])

static const char *const words[WORD_COUNT][N_LANGS] = {
    [WORD_MADE] = {"made {}", "skapade {}", "oprettede {}"},
    [WORD_COPIED] = {"copied to {}", "kopierat till {}", "kopieret til {}"},
    [WORD_NO_FAULT] = {"no fault found", "inga fel hittades", "ingen fejl fundet"},
    [WORD_INSTRUMENT_ADDED] = {"the instrument is in the store", "instrumentet är sparat", "instrumentet er gemt"},
    [WORD_INSTRUMENT_HOLDS] = {"{} holds", "{} är giltigt", "{} er gyldigt"},
    [WORD_REGISTERED] = {"registered {}", "registrerade {}", "registrerede {}"},
    [WORD_SET] = {"noted for {}", "noterat för {}", "noteret for {}"},
    [WORD_WITHDRAWN] = {"withdrew {}", "drog tillbaka {}", "trak {} tilbage"},
    [WORD_ERASED] = {"erased {}", "raderade {}", "slettede {}"},
    [WORD_OUT_OF_REACH] =
        {"not reached: backups and copies of the store, stores it was merged into (until they merge "
         "this one), exports, printed pages, logs of who read",
         "nås inte: säkerhetskopior och kopior av registret, register som tagit in det (tills de tar "
         "in detta), exporter, utskrifter, loggar över vem som läst",
         "nås ikke: sikkerhedskopier og kopier af registeret, registre som har optaget det (indtil de "
         "optager dette), eksporter, udskrifter, logger over hvem der har læst"},
    [WORD_TRACES] = {"others are reading an older state: traces stay in the store's files until they end; the next "
                     "command that writes takes them away",
                     "andra läser ett äldre läge: spår finns kvar i registrets filer tills de är klara; nästa kommando "
                     "som skriver tar bort dem",
                     "andre læser en ældre tilstand: spor bliver i registerets filer, til de er færdige; den næste "
                     "kommando, der skriver, fjerner dem"},
    [WORD_KEEP] = {"people are listed {} days after their last fact",
                   "personer listas {} dagar efter sin senaste uppgift",
                   "personer listes {} dage efter deres seneste oplysning"},
    [WORD_KEEP_NONE] = {"no number of days is kept", "inget antal dagar sparas", "intet antal dage gemmes"},
    [WORD_OVERDUE] = {"{}  last fact {}", "{}  senaste uppgift {}", "{}  seneste oplysning {}"},
    [WORD_NONE_OVERDUE] = {"nobody", "ingen", "ingen"},
    [WORD_COUNTS] = {"{} new, {} known, {} changed", "{} nya, {} kända, {} ändrade", "{} nye, {} kendte, {} ændrede"},
    [WORD_ONE_PARTICIPANT] = {"; {} participant registered", "; {} deltagare registrerad", "; {} borger registreret"},
    [WORD_PARTICIPANTS] = {"; {} participants registered", "; {} deltagare registrerade", "; {} borgere registreret"},
    [WORD_ONE_EMPTY_ROW] = {"; {} empty row skipped", "; {} tom rad överhoppad", "; {} tom række sprunget over"},
    [WORD_EMPTY_ROWS] = {"; {} empty rows skipped", "; {} tomma rader överhoppade", "; {} tomme rækker sprunget over"},
    [WORD_DRY_RUN] = {" (dry run: nothing was kept)", " (provkörning: ingenting sparades)",
                      " (prøvekørsel: intet blev gemt)"},
    [WORD_WARNING] = {"warning", "varning", "advarsel"},
    [WORD_ONE_FUTURE] = {"{} date after {}", "{} datum efter {}", "{} dato efter {}"},
    [WORD_FUTURE] = {"{} dates after {}", "{} datum efter {}", "{} datoer efter {}"},
    [WORD_ENROLLED] = {"enrolled {}", "inskriven {}", "indskrevet {}"},
    [WORD_BUILT_IN] = {"built in", "inbyggt", "indbygget"},
    [WORD_PROGRESS] = {"{}: {} MB checked", "{}: {} MB kontrollerade", "{}: {} MB kontrolleret"},
    [WORD_PROGRESS_OF] = {"{}: {} of {} MB checked", "{}: {} av {} MB kontrollerade", "{}: {} af {} MB kontrolleret"},
    [WORD_PROGRESS_END] = {"{}: checked, now comparing and writing", "{}: kontrollerad, jämför och skriver nu",
                           "{}: kontrolleret, sammenligner og skriver nu"},
};

static size_t lang_index(const char *lang)
{
    for (size_t i = 0; lang && i < N_LANGS; i++)
        if (strcmp(lang, langs[i]) == 0)
            return i;
    return N_LANGS;
}

bool cli_lang_known(const char *lang)
{
    return lang_index(lang) < N_LANGS;
}

void cli_words(bip__out *o, const cli *c, cli_word word, const char *const *texts, size_t n)
{
    size_t lang = lang_index(c->lang), i = 0;
    const char *text = words[word][lang < N_LANGS ? lang : 0], *gap;

    while ((gap = strstr(text, "{}"))) {
        bip__out_bytes(o, text, (size_t)(gap - text));
        if (i < n)
            bip__out_text(o, texts[i++]);
        text = gap + 2;
    }
    bip__out_text(o, text);
}

void cli_words_count(bip__out *o, const cli *c, cli_word one, cli_word many, int64_t n)
{
    char digits[24];
    const char *texts[1] = {digits};

    snprintf(digits, sizeof digits, "%lld", (long long)n);
    cli_words(o, c, n == 1 ? one : many, texts, 1);
}
