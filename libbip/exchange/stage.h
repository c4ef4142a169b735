/* Assessments read from a file, checked and waiting for the one transaction that takes them in. */
#ifndef BIP_EXCHANGE_STAGE_H
#define BIP_EXCHANGE_STAGE_H

#include "base/intern.h"
#include "exchange/spill.h"

#include "bip.h"

#include <stdbool.h>

struct bip__intake;
struct bip__row_key;

typedef enum bip__verdict { BIP__VERDICT_NEW, BIP__VERDICT_KNOWN, BIP__VERDICT_CHANGED } bip__verdict;

#define BIP__FEW 16 /* bytes of scores that stand in the assessment itself */

/* One assessment; kept small, a file may hold a million: all that is held of one takes at most 200 bytes. Where the
 * rows come in any order each is looked up in the middle of all: so what a row needs lies together. */
typedef struct bip__staged {
    /* packed, in the order of the version's items */
    union {
        uint8_t few[BIP__FEW];
        struct {
            uint8_t *at;
            uint32_t room; /* bytes */
        } many;
    } scores;
    uint32_t person, rater; /* numbers in the intake */
    uint32_t group;         /* of its `assessment` text; 0: none */
    bip_date day;
    int32_t version;
    int16_t respondent;
    uint8_t verdict;
    bool named : 1;    /* the file names the version */
    bool has_note : 1; /* the file says what the note is, if only that there is none */
    bool apart : 1;    /* the scores are many */
    uint32_t note_n;   /* 0: there is none */
    int64_t note;      /* where it lies among the notes */
    int64_t line;      /* where it begins */
} bip__staged;

static inline const uint8_t *bip__staged_scores(const bip__staged *s)
{
    return s->apart ? s->scores.many.at : s->scores.few;
}

typedef struct bip__item_score {
    int32_t item;
    uint8_t code; /* bip__packed_code() of the score */
    bip_score score;
} bip__item_score;

/* Zero-initialise. */
typedef struct bip__stage {
    bip__arena scores;
    bip__spill notes;
    bip__staged *list; /* in the order of the file */
    size_t n, cap;
    bip__hashed *slots; /* numbers in list, from 1, by key or group */
    size_t n_slots;
    size_t open; /* number of the assessment that the last row of one score belongs to; 0: none */
} bip__stage;

void bip__stage_free(bip__stage *s);

/* Take in one whole assessment (scores in the intake). Where the file has one of the same key: equal content is known,
 * other content is refused. */
bip_status bip__stage_whole(struct bip__intake *in, const struct bip__row_key *key, int64_t line, const char *note,
                            size_t note_n, bool has_note, bip_error *err);

/* What the assessment is found by that a row of one score belongs to: that of the same key or, where group isn't 0, of
 * the same group. */
uint32_t bip__stage_hash(const struct bip__intake *in, const struct bip__row_key *key, uint32_t group);
/* It becomes the open one. */
bip_status bip__stage_open(struct bip__intake *in, const struct bip__row_key *key, uint32_t group, uint32_t hash,
                           int64_t line, bool has_note, bip_error *err);
/* Ask for what bip__stage_open() will look at: for many rows in no order, in two steps, each for all of them. */
void bip__stage_hint(const struct bip__intake *in, uint32_t hash, int step);
/* Give the open assessment its note; another than it has is refused. */
bip_status bip__stage_note(struct bip__intake *in, int64_t line, const char *column, const char *note, size_t n,
                           bip_error *err);
/* Give the open assessment scores, of which each stands on a line of its own; a second one of an item is refused. */
bip_status bip__stage_scores(struct bip__intake *in, int64_t line, const char *column, const bip__item_score *scores,
                             size_t n, bip_error *err);
/* At the end of a file with groups: equal keys in different groups. */
bip_status bip__stage_compare_groups(struct bip__intake *in, bip_error *err);

/* stage_write.c: what each assessment means for the store: new, known or changed; what is refused is reported. */
bip_status bip__stage_judge(struct bip__intake *in, bip_error *err);
/* Judge again while other processes write, so that little is left to look at once the store is locked. */
bip_status bip__stage_settle(struct bip__intake *in, int64_t *generation, bip_error *err);
/* Write it all. Nothing is looked up again unless another process has written since `generation`. */
bip_status bip__stage_write(struct bip__intake *in, int64_t generation, bip_error *err);

#endif
