/* Documents for people and programs, one function each; all are dispatched by api/write.c. */
#ifndef BIP_SHOW_H
#define BIP_SHOW_H

#include "base/out.h"
#include "read/context.h"

typedef bip_status (*bip__document_fn)(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                                       bip_error *err);

bip_status bip__show_progression(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                                 bip_error *err);
bip_status bip__show_progression_text(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                                      bip_error *err);
bip_status bip__show_steps(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                           bip_error *err);
bip_status bip__show_steps_text(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                                bip_error *err);
bip_status bip__show_history(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                             bip_error *err);
bip_status bip__show_history_text(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                                  bip_error *err);
bip_status bip__show_participants(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                                  bip_error *err);
bip_status bip__show_instruments(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                                 bip_error *err);
bip_status bip__show_instrument(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                                bip_error *err);
bip_status bip__show_head(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                          bip_error *err);

/* Pages and the brief; page_*.c. */
bip_status bip__show_report(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                            bip_error *err);
bip_status bip__show_team(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                          bip_error *err);
bip_status bip__show_form(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                          bip_error *err);
bip_status bip__show_brief(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                           bip_error *err);
bip_status bip__show_words(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                           bip_error *err);

/* Pictures; spider.c, timeline.c. */
bip_status bip__show_spider(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                            bip_error *err);
bip_status bip__show_spider_svg(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                                bip_error *err);
/* The same on a page that lists the titles which don't fit around it: those go to `titles`, as items of a list in HTML.
 */
bip_status bip__show_spider_titled(bip__context *c, const bip_query *query, const char *options_json, bip__out *titles,
                                   bip__out *o, bip_error *err);
bip_status bip__show_timeline_svg(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                                  bip_error *err);
/* The same as several pictures, each of which fits on a sheet of paper. */
bip_status bip__show_timeline_sheets(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                                     bip_error *err);

/* Everything about one participant; subject.c. */
bip_status bip__show_subject(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                             bip_error *err);
bip_status bip__show_subject_html(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                                  bip_error *err);

/* bip_series_sentence(), see bip.h. */
bip_status bip__sentence(const bip_series *series, const bip_sentence_words *words, bip__out *o, bip_error *err);

#endif
