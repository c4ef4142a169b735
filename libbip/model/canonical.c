#include "base/alloc.h"
#include "base/number.h"
#include "model/shape.h"

#include <stdlib.h>
#include <string.h>

/* Members of one object are printed by rank, equal ranks by the bytes of their keys. */
typedef struct member {
    double rank;
    const cJSON *item;
} member;

/* Weights go by the list of the dimension that owns them, questions by the respondents of the document. */
typedef struct canon {
    bip__out *out;
    const cJSON *document;
} canon;

static int by_rank(const void *a, const void *b)
{
    const member *x = a, *y = b;

    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return strcmp(x->item->string, y->item->string);
}

/* The place of a code in a list of codes, or of objects that have one. */
static double place(const cJSON *list, const char *code)
{
    double at = 0;

    for (const cJSON *item = list->child; item; item = item->next, at++) {
        const cJSON *own = cJSON_IsString(item) ? item : cJSON_GetObjectItemCaseSensitive(item, "code");
        if (strcmp(own->valuestring, code) == 0)
            break;
    }
    return at;
}

static double label_score(const char *key)
{
    double v = 0;

    bip__number_parse_json(key, strlen(key), &v);
    return v;
}

/* Texts without English fall back to the first one given: it must stay the first. */
static double language_rank(const cJSON *texts, const cJSON *item)
{
    const cJSON *first = cJSON_GetObjectItemCaseSensitive(texts, "en");

    return item == (first ? first : texts->child) ? 0 : 1;
}

static double rank(const canon *c, bip__form form, const bip__shape *shape, const cJSON *owner, const cJSON *object,
                   const cJSON *item)
{
    switch (form) {
    case BIP__OBJECT: {
        const int32_t at = bip__shape_find(shape, item->string);
        return at < 0 ? (double)shape->n : (double)at;
    }
    case BIP__TITLE:
    case BIP__WORDING:
        return language_rank(object, item);
    case BIP__LABELS:
        return label_score(item->string);
    case BIP__WEIGHTS:
        return place(cJSON_GetObjectItemCaseSensitive(owner, "indicators"), item->string);
    case BIP__QUESTIONS:
        return place(cJSON_GetObjectItemCaseSensitive(c->document, "respondents"), item->string);
    default:
        return 0;
    }
}

static void put_value(const canon *c, bip__form form, const bip__shape *shape, const cJSON *owner, const cJSON *item);

static void put_key(bip__out *out, bip__form form, const char *key)
{
    char number[BIP_NUMBER_SIZE];

    if (form == BIP__LABELS) {
        bip__number_print(label_score(key), number);
        key = number;
    }
    /* keys of x_ values may hold anything: written as texts, not as plain keys */
    bip__out_comma(out);
    bip__out_json_text(out, key);
    bip__out_char(out, ':');
}

static void put_object(const canon *c, bip__form form, const bip__shape *shape, const cJSON *owner, const cJSON *item)
{
    member *members = bip__alloc_zero((size_t)cJSON_GetArraySize(item) + 1, sizeof *members);
    const bip__shape *inner;
    size_t i = 0;

    if (!members) {
        c->out->status = BIP_E_NOMEM;
        return;
    }
    for (const cJSON *child = item->child; child; child = child->next)
        if (!cJSON_IsNull(child) || bip__form_inside(form, shape, child->string, &inner) != BIP__VERSION_OR_NULL)
            members[i++] = (member){rank(c, form, shape, owner, item, child), child};
    const size_t n = i; /* "continues": null says no more than its absence */
    qsort(members, n, sizeof *members, by_rank);
    bip__out_char(c->out, '{');
    for (i = 0; i < n; i++) {
        const cJSON *child = members[i].item;
        const bip__form inside = bip__form_inside(form, shape, child->string, &inner);
        put_key(c->out, form, child->string);
        put_value(c, inside, inner, item, child);
    }
    bip__out_char(c->out, '}');
    bip__free(members);
}

static void put_list(const canon *c, bip__form form, const bip__shape *shape, const cJSON *item)
{
    const bip__shape *inner;
    const bip__form inside = bip__form_inside(form, shape, NULL, &inner);

    bip__out_char(c->out, '[');
    for (const cJSON *child = item->child; child; child = child->next) {
        if (child != item->child)
            bip__out_char(c->out, ',');
        put_value(c, inside, inner, item, child);
    }
    bip__out_char(c->out, ']');
}

static void put_value(const canon *c, bip__form form, const bip__shape *shape, const cJSON *owner, const cJSON *item)
{
    if (cJSON_IsObject(item))
        put_object(c, form, shape, owner, item);
    else if (cJSON_IsArray(item))
        put_list(c, form, shape, item);
    else if (cJSON_IsString(item))
        bip__out_json_text(c->out, item->valuestring);
    else if (cJSON_IsNumber(item))
        bip__out_number(c->out, item->valuedouble);
    else
        bip__out_text(c->out, cJSON_IsNull(item) ? "null" : cJSON_IsTrue(item) ? "true" : "false");
}

void bip__canonical_print(bip__out *out, const cJSON *document)
{
    const canon c = {out, document};

    put_value(&c, bip__instrument_key.form, bip__instrument_key.shape, NULL, document);
}
