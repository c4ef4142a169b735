/* Scores, days and languages made into what draw/ can draw. */
#ifndef BIP_SHOW_PICTURE_H
#define BIP_SHOW_PICTURE_H

#include "draw/picture.h"
#include "show/words.h"

/* bip_spider() and bip_timeline() of this version's structs, in these words whatever picture->lang says; remarks may be
 * NULL. Where titles don't fit around a spider, numbers stand there, and the titles go as the items of a list in HTML
 * to `titles`; NULL: below the spider. */
bip_status bip__picture_spider(const bip_axis *axes, size_t n_axes, const bip_layer *layers, size_t n_layers,
                               const bip_picture *picture, const bip__remarks *remarks, const bip__words *words,
                               bip__out *titles, bip__out *o, bip_error *err);
/* Of more than `most` panels several pictures, one after the other, as alike in size as can be. */
bip_status bip__picture_timeline(const bip_panel *panels, size_t n_panels, size_t most, const bip_picture *picture,
                                 const bip__remarks *remarks, const bip__words *words, bip__out *o, bip_error *err);

/* How far out a score stands: 0 at the worse end of the scale, 1 at the better one. */
double bip__picture_position(double min, double max, int32_t better, double score);
/* false: off the scale. Differences that decide nothing elsewhere decide nothing here. */
bool bip__picture_on_scale(double min, double max, double score);

/* "Latest: 1 March 2026 · Caseworker" */
void bip__say_layer(bip__out *o, const bip__words *w, const bip_layer *layer);
/* A number or the reason why there is none: "3", "declined". */
void bip__say_answer(bip__out *o, const bip__words *w, const bip_score *score);

/* The text said so far, kept in the arena; what follows begins anew. NULL: no memory. */
const char *bip__keep_said(bip__arena *arena, bip__out *said);

/* After what describes the picture to those who don't see it. */
void bip__say_remarks(bip__out *o, const bip__remarks *remarks);

/* Language, size, colours, id and titles into the frame; `what` is the word for this sort of picture. */
bip_status bip__picture_frame(bip__frame *frame, const bip_picture *picture, const bip__words *w, bip__word what,
                              const char *id, bip__arena *arena, bip_error *err);
/* BIP_E_USAGE where a text is missing or no UTF-8. "axes[3].title" */
bip_status bip__picture_text(const char *text, bool required, const char *list, size_t i, const char *member,
                             bip_error *err);
/* BIP_E_USAGE for the thing at i of a list. */
bip_status bip__picture_fail(const char *list, size_t i, const char *message, bip_error *err);

#endif
