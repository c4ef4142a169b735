/* The words of the texts for people: one table a language, the same keys in each; and how a text takes its values. */
#ifndef BIP_SHOW_WORDS_H
#define BIP_SHOW_WORDS_H

#include "base/alloc.h"
#include "base/out.h"

/* key, its name, the placeholders a text may hold:
 *   I indicator   a, b, c scores   d, e dates   o "on the day", may be empty   n, m counts   x number
 *   p, q participant or respondent   r respondent in lower case   t any text */
#define BIP__WORD_LIST(X)                                                                                              \
    /* how dates and numbers are written; D, M, Y: day, name of the month, year */                                     \
    X(DATE, "date", "DMY")                                                                                             \
    X(ON_DATE, "on_date", "d")                                                                                         \
    X(MONTH_1, "month_1", "")                                                                                          \
    X(MONTH_2, "month_2", "")                                                                                          \
    X(MONTH_3, "month_3", "")                                                                                          \
    X(MONTH_4, "month_4", "")                                                                                          \
    X(MONTH_5, "month_5", "")                                                                                          \
    X(MONTH_6, "month_6", "")                                                                                          \
    X(MONTH_7, "month_7", "")                                                                                          \
    X(MONTH_8, "month_8", "")                                                                                          \
    X(MONTH_9, "month_9", "")                                                                                          \
    X(MONTH_10, "month_10", "")                                                                                        \
    X(MONTH_11, "month_11", "")                                                                                        \
    X(MONTH_12, "month_12", "")                                                                                        \
    X(DECIMAL, "decimal", "")                                                                                          \
    X(QUOTED, "quoted", "t")                                                                                           \
    /* where a series stands */                                                                                        \
    X(LOWER_IS_BETTER, "lower_is_better", "")                                                                          \
    X(HELD, "held", "Iabon")                                                                                           \
    X(JUST_SEEN, "just_seen", "Iab")                                                                                   \
    X(SEEN_THEN, "seen_then", "Iabo")                                                                                  \
    X(NEXT_TIME, "next_time", "")                                                                                      \
    X(HELD_ONCE, "held_once", "Iabonc")                                                                                \
    X(NOT_HELD, "not_held", "Iaboc")                                                                                   \
    X(STEADY_EQUAL, "steady_equal", "Ian")                                                                             \
    X(STEADY_BETWEEN, "steady_between", "Iabn")                                                                        \
    X(STEADY_ENDS, "steady_ends", "Iac")                                                                               \
    X(UNDONE, "undone", "Iaboc")                                                                                       \
    X(BACK, "back", "Iab")                                                                                             \
    X(WHAT_HAPPENED, "what_happened", "")                                                                              \
    X(BACK_SINCE, "back_since", "Iaboc")                                                                               \
    X(TOO_FEW, "too_few", "I")                                                                                         \
    X(BEST, "best", "c")                                                                                               \
    X(TREND, "trend", "n")                                                                                             \
    X(RELIABLE, "reliable", "ab")                                                                                      \
    X(STILL_LOWER, "still_lower", "")                                                                                  \
    X(STILL_HIGHER, "still_higher", "")                                                                                \
    X(AS_AT_START, "as_at_start", "")                                                                                  \
    X(LINE_UP, "line_up", "n")                                                                                         \
    X(LINE_DOWN, "line_down", "n")                                                                                     \
    X(OTHER_RATER_NOW, "other_rater_now", "r")                                                                         \
    X(OTHER_RATER_THEN, "other_rater_then", "r")                                                                       \
    /* the working view */                                                                                             \
    X(VIEW_OF, "view_of", "pd")                                                                                        \
    X(LATEST_ASSESSMENT, "latest_assessment", "dn")                                                                    \
    X(LATEST_YESTERDAY, "latest_yesterday", "d")                                                                       \
    X(LATEST_TODAY, "latest_today", "d")                                                                               \
    X(NO_ASSESSMENT, "no_assessment", "")                                                                              \
    X(NO_NUMBER, "no_number", "")                                                                                      \
    X(SILENCE, "silence", "d")                                                                                         \
    X(FROM_TO, "from_to", "pde")                                                                                       \
    X(ON_ONE_DAY, "on_one_day", "pd")                                                                                  \
    X(COLUMN_CHANGE, "column_change", "")                                                                              \
    X(COLUMN_SCORES, "column_scores", "")                                                                              \
    X(COLUMN_NOW, "column_now", "")                                                                                    \
    X(NOW_FORWARD, "now_forward", "d")                                                                                 \
    X(NOW_BACK, "now_back", "d")                                                                                       \
    X(NOW_STEADY, "now_steady", "")                                                                                    \
    X(NOW_UNDONE, "now_undone", "d")                                                                                   \
    X(NOW_ONE, "now_one", "")                                                                                          \
    X(SEEN_ONCE, "seen_once", "")                                                                                      \
    X(SEEN_NOT_HELD, "seen_not_held", "")                                                                              \
    X(SEEN_HELD, "seen_held", "n")                                                                                     \
    X(SEEN_HELD_ONCE, "seen_held_once", "n")                                                                           \
    X(SEEN_TREND, "seen_trend", "")                                                                                    \
    X(SEEN_RELIABLE, "seen_reliable", "")                                                                              \
    X(WITHOUT_SCORE, "without_score", "t")                                                                             \
    X(NOT_ASKED, "not_asked", "n")                                                                                     \
    X(DECLINED, "declined", "n")                                                                                       \
    X(DONT_KNOW, "dont_know", "n")                                                                                     \
    X(NOT_APPLICABLE, "not_applicable", "n")                                                                           \
    X(BAND, "band", "ab")                                                                                              \
    X(BAND_SAME, "band_same", "a")                                                                                     \
    X(BAND_NONE, "band_none", "")                                                                                      \
    X(FIRST_ON, "first_on", "d")                                                                                       \
    X(LATEST_ON, "latest_on", "d")                                                                                     \
    X(HIDDEN, "hidden", "")                                                                                            \
    X(VIEWS, "views", "")                                                                                              \
    X(VIEWS_LATEST, "views_latest", "Ipadqbe")                                                                         \
    X(VIEWS_ONE_DAY, "views_one_day", "Ipaqbd")                                                                        \
    X(VIEWS_HIGHER, "views_higher", "pxn")                                                                             \
    X(VIEWS_LOWER, "views_lower", "pxn")                                                                               \
    X(VIEWS_EVEN, "views_even", "n")                                                                                   \
    X(VIEWS_AGREE, "views_agree", "n")                                                                                 \
    X(CAUTION, "caution", "")                                                                                          \
    /* steps */                                                                                                        \
    X(NO_STEPS, "no_steps", "")                                                                                        \
    X(STEP_COUNTS, "step_counts", "")                                                                                  \
    X(STEP_COUNT, "step_count", "pnm")                                                                                 \
    /* history */                                                                                                      \
    X(HISTORY_OF, "history_of", "p")                                                                                   \
    X(NO_HISTORY, "no_history", "")                                                                                    \
    X(RECORDED, "recorded", "")                                                                                        \
    X(CORRECTED, "corrected", "")                                                                                      \
    X(WITHDRAWN, "withdrawn", "")                                                                                      \
    X(REGISTERED, "registered", "")                                                                                    \
    X(ENROLLED, "enrolled", "d")                                                                                       \
    X(ATTRIBUTE_SET, "attribute_set", "pt")                                                                            \
    X(ATTRIBUTE_GONE, "attribute_gone", "p")                                                                           \
    X(RATED_BY, "rated_by", "p")                                                                                       \
    X(NOTE, "note", "t")                                                                                               \
    X(REASON, "reason", "t")                                                                                           \
    X(REVISION_OF, "revision_of", "t")                                                                                 \
    X(BESIDE, "beside", "t")                                                                                           \
    X(DISPUTED, "disputed", "t")                                                                                       \
    X(OBJECTION, "objection", "pdt")                                                                                   \
    X(REPLACED, "replaced", "")                                                                                        \
    X(WORD_NOT_ASKED, "word_not_asked", "")                                                                            \
    X(WORD_DECLINED, "word_declined", "")                                                                              \
    X(WORD_DONT_KNOW, "word_dont_know", "")                                                                            \
    X(WORD_NOT_APPLICABLE, "word_not_applicable", "")                                                                  \
    /* pages */                                                                                                        \
    X(PAGE_AS_OF, "page_as_of", "d")                                                                                   \
    X(PAGE_MOVED, "page_moved", "")                                                                                    \
    X(PAGE_ONE, "page_one", "")                                                                                        \
    X(PAGE_COUNTS, "page_counts", "nm")                                                                                \
    X(PAGE_PICTURE, "page_picture", "")                                                                                \
    X(PAGE_TABLE, "page_table", "")                                                                                    \
    X(PAGE_VIEWS, "page_views", "")                                                                                    \
    X(DIFFER, "differ", "Iarb")                                                                                        \
    X(YOU_DECLINED, "you_declined", "I")                                                                               \
    X(PAGE_GOALS, "page_goals", "")                                                                                    \
    X(LINE_GOAL, "line_goal", "")                                                                                      \
    X(LINE_STEP, "line_step", "")                                                                                      \
    X(LINE_HELP, "line_help", "")                                                                                      \
    X(NEXT_DUE, "next_due", "d")                                                                                       \
    X(PAGE_COURSE, "page_course", "")                                                                                  \
    X(PAGE_NUMBERS, "page_numbers", "")                                                                                \
    X(PAGE_NOTES, "page_notes", "")                                                                                    \
    X(COLUMN_INDICATOR, "column_indicator", "")                                                                        \
    X(COLUMN_FIRST, "column_first", "")                                                                                \
    X(COLUMN_LATEST, "column_latest", "")                                                                              \
    X(NO_ANSWER, "no_answer", "")                                                                                      \
    X(TEAM_TITLE, "team_title", "")                                                                                    \
    X(TEAM_RATER, "team_rater", "p")                                                                                   \
    X(TEAM_RULE, "team_rule", "")                                                                                      \
    X(TEAM_LINE_RULE, "team_line_rule", "")                                                                            \
    X(TEAM_NONE, "team_none", "")                                                                                      \
    X(TEAM_NEVER, "team_never", "")                                                                                    \
    X(TEAM_TODAY, "team_today", "")                                                                                    \
    X(TEAM_YESTERDAY, "team_yesterday", "")                                                                            \
    X(TEAM_DAYS, "team_days", "n")                                                                                     \
    X(TEAM_FORWARD, "team_forward", "n")                                                                               \
    X(TEAM_BACK, "team_back", "n")                                                                                     \
    X(TEAM_SAME, "team_same", "n")                                                                                     \
    X(TEAM_ONE, "team_one", "")                                                                                        \
    X(TEAM_STEP, "team_step", "Iabd")                                                                                  \
    X(TEAM_LINE, "team_line", "nm")                                                                                    \
    X(COLUMN_PARTICIPANT, "column_participant", "")                                                                    \
    X(COLUMN_ASKED, "column_asked", "")                                                                                \
    X(COLUMN_MOVED, "column_moved", "")                                                                                \
    X(COLUMN_LINE, "column_line", "")                                                                                  \
    X(COLUMN_STEPS, "column_steps", "")                                                                                \
    X(FORM_ROLE, "form_role", "p")                                                                                     \
    X(FORM_CODE, "form_code", "")                                                                                      \
    X(FORM_DATE, "form_date", "")                                                                                      \
    X(FORM_RATER, "form_rater", "")                                                                                    \
    X(FORM_VOLUNTARY, "form_voluntary", "")                                                                            \
    X(FORM_HOW, "form_how", "")                                                                                        \
    X(FORM_NUMBER, "form_number", "ab")                                                                                \
    X(FORM_DECLINED, "form_declined", "")                                                                              \
    X(FORM_DONT_KNOW, "form_dont_know", "")                                                                            \
    X(FORM_NOT_APPLICABLE, "form_not_applicable", "")                                                                  \
    X(FORM_NOTE, "form_note", "")                                                                                      \
    X(BRIEF_TITLE, "brief_title", "pd")                                                                                \
    X(BRIEF_SCORED, "brief_scored", "")                                                                                \
    X(BRIEF_SINCE, "brief_since", "")                                                                                  \
    X(BRIEF_FORWARD, "brief_forward", "Iab")                                                                           \
    X(BRIEF_BACK, "brief_back", "Iab")                                                                                 \
    X(BRIEF_SAME, "brief_same", "n")                                                                                   \
    X(BRIEF_ONE, "brief_one", "n")                                                                                     \
    X(BRIEF_UNANSWERED, "brief_unanswered", "n")                                                                       \
    X(BRIEF_MORE, "brief_more", "n")                                                                                   \
    X(BRIEF_ASK, "brief_ask", "")                                                                                      \
    X(ASK_DIFFER, "ask_differ", "I")                                                                                   \
    X(ASK_BACK, "ask_back", "I")                                                                                       \
    X(ASK_FORWARD, "ask_forward", "I")                                                                                 \
    X(ASK_NEXT, "ask_next", "")                                                                                        \
    /* pictures */                                                                                                     \
    X(PICTURE_SPIDER, "picture_spider", "")                                                                            \
    X(PICTURE_TIMELINE, "picture_timeline", "")                                                                        \
    X(PICTURE_LATEST, "picture_latest", "")                                                                            \
    X(PICTURE_FIRST, "picture_first", "")                                                                              \
    X(PICTURE_PREVIOUS, "picture_previous", "")                                                                        \
    X(PICTURE_BEST, "picture_best", "")                                                                                \
    X(PICTURE_GOAL, "picture_goal", "")                                                                                \
    X(PICTURE_NOT_ANSWERED, "picture_not_answered", "")                                                                \
    X(PICTURE_NOT_ASKED, "picture_not_asked", "")                                                                      \
    X(PICTURE_LOWER, "picture_lower", "")                                                                              \
    X(PICTURE_ALL_LOWER, "picture_all_lower", "")                                                                      \
    X(PICTURE_RINGS, "picture_rings", "ab")                                                                            \
    X(PICTURE_ROWS, "picture_rows", "ab")                                                                              \
    X(PICTURE_ENDS, "picture_ends", "")                                                                                \
    X(PICTURE_ENDS_ROWS, "picture_ends_rows", "")                                                                      \
    X(PICTURE_EMPTY, "picture_empty", "")                                                                              \
    X(PICTURE_FORWARD, "picture_forward", "")                                                                          \
    X(PICTURE_BACK, "picture_back", "")                                                                                \
    X(PICTURE_LINE, "picture_line", "")                                                                                \
    X(PICTURE_ELSEWHERE, "picture_elsewhere", "")                                                                      \
    X(PICTURE_COURSE, "picture_course", "Inadbe")                                                                      \
    X(PICTURE_ONCE, "picture_once", "Iad")                                                                             \
    X(PICTURE_NEVER, "picture_never", "I")

typedef enum bip__word {
#define X(key, name, placeholders) BIP__W_##key,
    BIP__WORD_LIST(X)
#undef X
        BIP__N_WORDS
} bip__word;

typedef struct bip__words {
    const char *lang;
    const char *text[BIP__N_WORDS];
    bool rtl; /* written from right to left */
} bip__words;

extern const bip__words bip__words_en, bip__words_sv, bip__words_da; /* words/ */
extern const bip__words *const bip__languages[];
extern const size_t bip__n_languages;
extern const char *const bip__word_names[BIP__N_WORDS];
extern const char *const bip__word_placeholders[BIP__N_WORDS];

/* The table of a language; NULL lang is "en"; BIP_E_USAGE where there is none. */
bip_status bip__words_find(const char *lang, const bip__words **out, bip_error *err);

/* Languages loaded at run time, the latest first; they go before the built-in ones. */
typedef struct bip__loaded_words {
    bip__words words;
    bip__arena texts;
    struct bip__loaded_words *next;
} bip__loaded_words;
#define BIP__WORDS_SCHEMA "bip-words-1"

/* Check a language in JSON and put it before *list. BIP_E_REFUSED names the key that doesn't hold. */
bip_status bip__words_load(bip__loaded_words **list, const char *json, size_t n, bip_error *err);
void bip__words_unload(bip__loaded_words *list);
/* As bip__words_find(), among the loaded ones too. */
bip_status bip__words_among(const bip__loaded_words *list, const char *lang, const bip__words **out, bip_error *err);
/* The table as the JSON that bip__words_load() takes. */
void bip__words_print(bip__out *o, const bip__words *w);

/* The words of scores in one place: labels may be NULL. */
typedef struct bip__labels {
    const bip_label *in;
    size_t n;
} bip__labels;

/* What stands for one placeholder. Made by the functions below only. */
typedef struct bip__fill {
    char name;
    char kind;
    const char *text;
    const bip__labels *labels;
    double number;
} bip__fill;
bip__fill bip__fill_text(char name, const char *text);
bip__fill bip__fill_role(char name, const char *title); /* a title in the middle of a sentence: "Caseworker" */
bip__fill bip__fill_title(char name, const char *title, int32_t better); /* with "(lower is better here)" */
bip__fill bip__fill_count(char name, int64_t n);
bip__fill bip__fill_number(char name, double x);
bip__fill bip__fill_score(char name, double score, const bip__labels *labels); /* by its label where it has one */
bip__fill bip__fill_date(char name, bip_date d);
bip__fill bip__fill_on(char name, bip_date d); /* " on 1 March 2026"; nothing for BIP_NO_DATE */

/* Write the text of `key` with its placeholders filled from `with`. */
void bip__say(bip__out *o, const bip__words *w, bip__word key, const bip__fill *with, size_t n);
#define BIP__SAY(o, w, key, ...)                                                                                       \
    bip__say(o, w, BIP__W_##key, (const bip__fill[]){__VA_ARGS__},                                                     \
             sizeof((const bip__fill[]){__VA_ARGS__}) / sizeof(bip__fill))
void bip__say_word(bip__out *o, const bip__words *w, bip__word key); /* a text without placeholders */
void bip__say_date(bip__out *o, const bip__words *w, bip_date d);
/* With the language's decimal sign; to two decimals where the exact digits would be no help to a reader. */
void bip__say_number(bip__out *o, const bip__words *w, double x);

#endif
