/* Sentences about where a series stands: no more than the evidence carries. */
#ifndef BIP_SHOW_SENTENCE_H
#define BIP_SHOW_SENTENCE_H

#include "show/words.h"

/* One step forward, told some time after it happened. */
typedef struct bip__told_step {
    double from, to, latest; /* latest: the newest number of the series */
    bip_date date;           /* BIP_NO_DATE: said elsewhere, left out */
    int32_t held_for;
    bool is_latest; /* the step is to the newest number */
    bool is_behind; /* and that isn't from the last time: later the question has no number */
    bool holds;     /* no number since was worse than `to` */
} bip__told_step;

/* How an indicator is spoken of. */
typedef struct bip__voice {
    const bip__words *words;
    const char *title;
    const char *rater_role; /* NULL: nothing is said about raters */
    int32_t better;
    bip__labels labels;
} bip__voice;

/* Chooses what is told of one participant, the highest first: steps that hold before those just seen before those that
 * once held. */
int bip__step_worth(const bip__told_step *step);
void bip__say_step(bip__out *o, const bip__voice *v, const bip__told_step *step);
/* What comes of a step that was just seen; begins with a blank, as everything that follows a first sentence does. */
void bip__say_next_time(bip__out *o, const bip__voice *v);
/* Says it where the latest step was seen by somebody else than the number before it. */
void bip__say_other_rater(bip__out *o, const bip__voice *v, int32_t same_rater, bool this_time);

/* What to say where the whole course points elsewhere than the series' direction. */
typedef enum bip__contrast {
    BIP__NO_CONTRAST,
    BIP__STILL_LOWER,
    BIP__STILL_HIGHER,
    BIP__AS_AT_START,
    BIP__LINE_UP,
    BIP__LINE_DOWN
} bip__contrast;
bip__contrast bip__contrast_of(const bip_series *s);
void bip__say_contrast(bip__out *o, const bip__words *w, const bip_series *s); /* nothing where there is none */

/* One or two sentences on where a series stands, see bip_series_sentence() in bip.h. */
void bip__say_series(bip__out *o, const bip__voice *v, const bip_series *s, bool is_behind);

#endif
