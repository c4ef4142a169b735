#include "show/words.h"

#include "model/options.h"

#include <string.h>

/* A language as data: one flat object of "schema", "lang", "direction" ("ltr", the default, or "rtl") and every text by
 * its name. Nothing falls back to another language: half a page in each would be no help to anybody. */

#define N_HEAD 3

static void list_keys(bip__option known[N_HEAD + BIP__N_WORDS])
{
    known[0] = (bip__option){"schema", BIP__OPTION_TEXT};
    known[1] = (bip__option){"lang", BIP__OPTION_TEXT};
    known[2] = (bip__option){"direction", BIP__OPTION_TEXT};
    for (size_t k = 0; k < BIP__N_WORDS; k++)
        known[N_HEAD + k] = (bip__option){bip__word_names[k], BIP__OPTION_TEXT};
}

/* Letters, digits and hyphens, as in "ar", "pt-BR": it goes into the page's lang attribute. */
static bool lang_holds(const char *lang)
{
    size_t n = strlen(lang);

    return n >= 2 && n < BIP_LANG_SIZE &&
           strspn(lang, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == n && lang[0] != '-' &&
           lang[n - 1] != '-';
}

/* Exactly the placeholders of its key: a text that drops one would say less than the others do. */
static bip_status check_text(const char *key, const char *text, const char *names, bip_error *err)
{
    char used[32] = "";

    for (const char *p = text; (p = strpbrk(p, "{}")) != NULL; p += 3) {
        if (p[0] != '{' || p[1] == '\0' || p[2] != '}')
            return bip__fail(err, BIP_E_REFUSED, key, "a brace that is no placeholder like {a}");
        if (strchr(names, p[1]) == NULL)
            return bip__fail(err, BIP_E_REFUSED, key, "{%s} is no placeholder of this text", (char[2]){p[1]});
        if (strchr(used, p[1]) == NULL)
            used[strlen(used)] = p[1]; /* the rest is zeroes, and keys have fewer than 32 */
    }
    for (const char *name = names; *name; name++)
        if (strchr(used, *name) == NULL)
            return bip__fail(err, BIP_E_REFUSED, key, "lacks {%s}", (char[2]){*name});
    return BIP_OK;
}

static bip_status take_texts(bip__loaded_words *l, const bip__options *o, bip_error *err)
{
    bip_status st;

    for (size_t k = 0; k < BIP__N_WORDS; k++) {
        const char *key = bip__word_names[k], *text = bip__options_text(o, key);
        if (text == NULL || text[0] == '\0')
            return bip__fail(err, BIP_E_REFUSED, key, "this text is missing");
        if ((st = check_text(key, text, bip__word_placeholders[k], err)) != BIP_OK)
            return st;
        if ((l->words.text[k] = bip__arena_strndup(&l->texts, text, strlen(text))) == NULL)
            return bip__nomem(err);
    }
    return BIP_OK;
}

static bip_status take(bip__loaded_words *l, const bip__options *o, bip_error *err)
{
    const char *schema = bip__options_text(o, "schema"), *lang = bip__options_text(o, "lang"),
               *direction = bip__options_text(o, "direction");

    if (schema == NULL || strcmp(schema, BIP__WORDS_SCHEMA) != 0)
        return bip__fail(err, BIP_E_REFUSED, "schema", "must be \"%s\"", BIP__WORDS_SCHEMA);
    if (lang == NULL || !lang_holds(lang))
        return bip__fail(err, BIP_E_REFUSED, "lang", "must be the code of a language, like \"ar\"");
    if (direction != NULL && strcmp(direction, "ltr") != 0 && strcmp(direction, "rtl") != 0)
        return bip__fail(err, BIP_E_REFUSED, "direction", "must be \"ltr\" or \"rtl\"");
    l->words.rtl = direction != NULL && strcmp(direction, "rtl") == 0;
    if ((l->words.lang = bip__arena_strndup(&l->texts, lang, strlen(lang))) == NULL)
        return bip__nomem(err);
    return take_texts(l, o, err);
}

/* The file is data, so what doesn't hold is refused; as options of a program it would be wrong usage. */
static bip_status parse(const char *json, size_t n, bip__options **out, bip_error *err)
{
    bip__option known[N_HEAD + BIP__N_WORDS];
    char *text;
    bip_status st;

    if (memchr(json, '\0', n) != NULL)
        return bip__fail(err, BIP_E_REFUSED, NULL, "the words hold a NUL");
    if ((text = bip__strndup(json, n)) == NULL)
        return bip__nomem(err);
    list_keys(known);
    st = bip__options_parse(text, known, sizeof known / sizeof *known, out, err);
    bip__free(text);
    if (st == BIP_E_USAGE) {
        st = BIP_E_REFUSED;
        if (err != NULL)
            err->status = BIP_E_REFUSED;
    }
    return st;
}

bip_status bip__words_load(bip__loaded_words **list, const char *json, size_t n, bip_error *err)
{
    bip__loaded_words *l;
    bip__options *o = NULL;
    bip_status st = parse(json, n, &o, err);

    if (st != BIP_OK)
        return st;
    l = bip__alloc_zero(1, sizeof *l);
    st = l == NULL ? bip__nomem(err) : take(l, o, err);
    bip__options_free(o);
    if (st == BIP_OK) {
        l->next = *list;
        *list = l;
    } else {
        bip__words_unload(l);
    }
    return st;
}

void bip__words_unload(bip__loaded_words *list)
{
    while (list != NULL) {
        bip__loaded_words *next = list->next;
        bip__arena_free(&list->texts);
        bip__free(list);
        list = next;
    }
}

bip_status bip__words_among(const bip__loaded_words *list, const char *lang, const bip__words **out, bip_error *err)
{
    for (; lang != NULL && list != NULL; list = list->next)
        if (strcmp(list->words.lang, lang) == 0) {
            *out = &list->words;
            return BIP_OK;
        }
    return bip__words_find(lang, out, err);
}

void bip__words_print(bip__out *o, const bip__words *w)
{
    bip__out_text(o, "{\n\"schema\": \"" BIP__WORDS_SCHEMA "\",\n\"lang\": ");
    bip__out_json_text(o, w->lang);
    bip__out_text(o, w->rtl ? ",\n\"direction\": \"rtl\"" : ",\n\"direction\": \"ltr\"");
    for (size_t k = 0; k < BIP__N_WORDS; k++) {
        bip__out_text(o, ",\n");
        bip__out_json_text(o, bip__word_names[k]);
        bip__out_text(o, ": ");
        bip__out_json_text(o, w->text[k]);
    }
    bip__out_text(o, "\n}\n");
}
