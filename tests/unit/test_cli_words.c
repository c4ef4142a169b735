/* The short answers of the program: its table is private, so it is taken in whole. */
#include "base/text.h"
#include "cli/words.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static size_t places_in(const char *text)
{
    size_t n = 0;

    while ((text = strstr(text, "{}"))) {
        n++;
        text += 2;
    }
    return n;
}

static void every_answer_is_there_in_every_language(void **state)
{
    (void)state;
    for (size_t word = 0; word < WORD_COUNT; word++)
        for (size_t lang = 0; lang < N_LANGS; lang++) {
            const char *text = words[word][lang];
            if (text == NULL || *text == '\0')
                fail_msg("answer %zu is missing in %s", word, langs[lang]);
            if (bip__utf8_valid(text, strlen(text)) != strlen(text))
                fail_msg("answer %zu isn't UTF-8 in %s", word, langs[lang]);
        }
}

static void every_language_has_the_places_of_the_english(void **state)
{
    (void)state;
    for (size_t word = 0; word < WORD_COUNT; word++)
        for (size_t lang = 1; lang < N_LANGS; lang++)
            if (places_in(words[word][lang]) != places_in(words[word][0]))
                fail_msg("answer %zu has another number of {} in %s", word, langs[lang]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_answer_is_there_in_every_language),
        cmocka_unit_test(every_language_has_the_places_of_the_english),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
