#include "show/page.h"
#include "show/show.h"

#include <string.h>

/* Everything about one person, for the person: bip-subject-1, and the same as a page to read.
 *   {"schema":"bip-subject-1","known":{bip-participant-1},"progression":{bip-progression-1},"history":[bip-history-1..]}
 * Made of the documents on one participant, which hold nobody else. */

static bip_status one_participant(const bip_query *query, bip_error *err)
{
    return query == NULL || query->n_participants != 1
               ? bip__fail(err, BIP_E_USAGE, "subject", "one participant must be named")
               : BIP_OK;
}

/* A document into memory. The reading is told of once, not once a part. */
static bip_status part(bip__context *c, bip__document_fn make, const bip_query *query, bip__out *into, bip_error *err)
{
    bip__out_init(into, NULL, NULL);
    bip_status st = make(c, query, NULL, into, err);
    c->told = true;
    return st == BIP_OK ? bip__out_finish(into, err) : st;
}

/* Lines become elements of a list; `first` only: the object itself. */
static void put_lines(bip__out *o, const bip__out *lines, bool first)
{
    for (size_t at = 0, n; at < lines->len && !(first && at > 0); at += n + 1) {
        const char *end = memchr(lines->data + at, '\n', lines->len - at);
        n = end != NULL ? (size_t)(end - lines->data) - at : lines->len - at;
        if (at > 0)
            bip__out_char(o, ',');
        bip__out_bytes(o, lines->data + at, n);
    }
}

bip_status bip__show_subject(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                             bip_error *err)
{
    static const struct {
        const char *before;
        bip__document_fn make;
        bool first;
    } parts[] = {{"{\"schema\":\"bip-subject-1\",\"known\":", bip__show_participants, true},
                 {",\"progression\":", bip__show_progression, true},
                 {",\"history\":[", bip__show_history, false}};
    bip_status st = bip__no_options(options_json, err);
    if (st == BIP_OK)
        st = one_participant(query, err);
    for (size_t i = 0; st == BIP_OK && i < sizeof parts / sizeof *parts; i++) {
        bip__out text;
        st = part(c, parts[i].make, query, &text, err);
        bip__out_text(o, parts[i].before);
        put_lines(o, &text, parts[i].first);
        bip__out_free(&text);
    }
    bip__out_text(o, "]}\n");
    return st;
}

bip_status bip__show_subject_html(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                                  bip_error *err)
{
    static const bip__document_fn parts[] = {bip__show_progression_text, bip__show_history_text};
    const bip__words *words;
    const char *lang = query != NULL && query->lang != NULL ? query->lang : c->lang[0] ? c->lang : NULL;
    bip__html h = {0};
    bip_status st = bip__no_options(options_json, err);
    if (st == BIP_OK)
        st = one_participant(query, err);
    if (st == BIP_OK)
        st = bip__words_among(c->words, lang, &words, err);
    if (st != BIP_OK)
        return st;
    bip__html_init(&h, o, words);
    bip__html_begin(&h, query->participants[0]);
    BIP__HTML(o, "<h1>");
    bip__html_put(&h, query->participants[0]);
    BIP__HTML(o, "</h1>\n");
    for (size_t i = 0; st == BIP_OK && i < sizeof parts / sizeof *parts; i++) {
        bip__out text;
        st = part(c, parts[i], query, &text, err);
        BIP__HTML(o, "<pre class=\"plain\">\n");
        bip__html_text(o, text.data, text.len);
        BIP__HTML(o, "</pre>\n");
        bip__out_free(&text);
    }
    bip__html_end(&h);
    if (st == BIP_OK)
        st = bip__html_status(&h, err);
    bip__html_free(&h);
    return st;
}
