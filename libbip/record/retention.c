#include "record/retention.h"

#include "base/platform.h"
#include "read/people.h"

#include <string.h>

#define KEEP_DAYS "keep_days"
#define MOST_DAYS 100000 /* more than any life */

bip_status bip__keep_days_get(bip__context *c, int32_t *days, bip_error *err)
{
    char text[16];
    *days = 0;
    bip_status st = c->storage->api->setting_get(c->storage, KEEP_DAYS, text, sizeof text, err);
    for (const char *s = text; st == BIP_OK && *s >= '0' && *s <= '9' && *days < MOST_DAYS; s++)
        *days = 10 * *days + (*s - '0');
    return st;
}

bip_status bip__keep_days_put(bip__change *change, int32_t days, bip_error *err)
{
    bip__storage *storage = change->context->storage;
    bip__out text;
    bip__out_init(&text, NULL, NULL);
    if (days > 0)
        bip__out_int(&text, days);
    bip__out_char(&text, '\0');
    bip_status st = bip__out_finish(&text, err);
    if (st == BIP_OK)
        st = bip__change_write(change, err);
    if (st == BIP_OK) {
        st = storage->api->setting_put(storage, KEEP_DAYS, text.data, err);
        change->broken |= st != BIP_OK;
        change->wrote_beside = true;
    }
    bip__out_free(&text);
    return st;
}

/* ------------------------------------------------------------ the last fact of somebody */

static void later(bip_date *last, bip_date day)
{
    if (day != BIP_NO_DATE && (*last == BIP_NO_DATE || day > *last))
        *last = day;
}

static bip_status last_assessment(bip__context *c, int32_t person, bip_date *last, bip_error *err)
{
    const bip__storage_api *api = c->storage->api;
    bip__rows *rows = NULL;
    bip__assessment_row row;
    bip_status st = api->assessments(c->storage, person, BIP_NO_DATE, INT32_MAX, true, &rows, err);
    while (st == BIP_OK && (st = api->next_assessment(rows, &row, err)) == BIP_OK)
        later(last, row.day);
    api->close_rows(rows);
    return st == BIP_DONE ? BIP_OK : st;
}

static bip_status recorded_on(bip__context *c, int64_t entry, bip_date *day, bip_error *err)
{
    bip__entry_row row;
    bip_status st = bip__context_entry(c, entry, &row, err);
    if (st == BIP_OK)
        *day = bip__local_day(row.at_ms);
    return st;
}

/* The day a fact is about. An objection has the day it was recorded; a registration too, which counts only for somebody
 * of whom nothing else is known: a list of people from long ago may be registered today. */
static bip_status last_fact(bip__context *c, int32_t person, bip_date *last, bip_date *registered, bip_error *err)
{
    const bip__storage_api *api = c->storage->api;
    bip__rows *rows = NULL;
    bip__fact_row row;
    bip_status st = api->facts(c->storage, person, 0, &rows, err);
    while (st == BIP_OK && (st = api->next_fact(rows, &row, err)) == BIP_OK) {
        bip_date day;
        later(last, row.day);
        later(last, row.day_to);
        if ((st = recorded_on(c, row.entry, &day, err)) != BIP_OK)
            break;
        later(row.kind == BIP__FACT_DISPUTE ? last : registered, day);
    }
    api->close_rows(rows);
    return st == BIP_DONE ? BIP_OK : st;
}

static bip_status is_held(bip__context *c, int32_t person, const char *code, bool *held, bip_error *err)
{
    bip__arena arena = {0};
    bip__participant p;
    *held = false;
    bip_status st = bip__participant_read(c, person, code, &arena, &p, err);
    for (size_t i = 0; st == BIP_OK && i < p.n_attributes; i++)
        *held |= strcmp(p.attributes[i].key, BIP__HOLD) == 0;
    bip__arena_free(&arena);
    return st;
}

/* ------------------------------------------------------------ everybody */

static bip_status look_at(bip__context *c, const bip__person_row *row, int32_t days, bip_date as_of,
                          bip__overdue_list *out, bip_error *err)
{
    bip_date last = BIP_NO_DATE, registered = BIP_NO_DATE;
    bool held = false;
    bip_status st = last_assessment(c, row->n, &last, err);
    if (st == BIP_OK)
        st = last_fact(c, row->n, &last, &registered, err);
    if (last == BIP_NO_DATE)
        last = registered;
    if (st != BIP_OK || last == BIP_NO_DATE || as_of - last <= days)
        return st;
    st = is_held(c, row->n, row->code, &held, err);
    if (st != BIP_OK || held)
        return st;
    if (!bip__grow(&out->list, &out->cap, out->n + 1, sizeof *out->list))
        return bip__nomem(err);
    bip__overdue *o = &out->list[out->n];
    *o = (bip__overdue){row->n, bip__arena_strndup(&out->arena, row->code, strlen(row->code)), last};
    out->n += o->code != NULL;
    return o->code != NULL ? BIP_OK : bip__nomem(err);
}

bip_status bip__overdue_read(bip__context *c, int32_t days, bip_date as_of, bip__overdue_list *out, bip_error *err)
{
    const bip__storage_api *api = c->storage->api;
    bip__rows *rows = NULL;
    bip__person_row row;
    bip_status st = BIP_OK;
    *out = (bip__overdue_list){0};
    if (days == 0)
        st = bip__keep_days_get(c, &days, err);
    if (st == BIP_OK && (days < 1 || days > MOST_DAYS))
        st = bip__fail(err, BIP_E_USAGE, "days", "no number of days was given, and the store keeps none");
    if (st == BIP_OK)
        st = api->persons(c->storage, &rows, err);
    while (st == BIP_OK && (st = api->next_person(rows, &row, err)) == BIP_OK)
        st = look_at(c, &row, days, as_of, out, err);
    api->close_rows(rows);
    return st == BIP_DONE ? BIP_OK : st;
}

void bip__overdue_free(bip__overdue_list *l)
{
    bip__arena_free(&l->arena);
    bip__free(l->list);
}

void bip__overdue_print(bip__out *o, const bip__overdue_list *l, bip_date as_of)
{
    for (size_t i = 0; i < l->n; i++) {
        bip__out_text(o, "{\"schema\":\"bip-retention-1\",\"participant\":");
        bip__out_json_text(o, l->list[i].code);
        bip__out_text(o, ",\"last\":\"");
        bip__out_date(o, l->list[i].last);
        bip__out_text(o, "\",\"days\":");
        bip__out_int(o, as_of - l->list[i].last);
        bip__out_text(o, "}\n");
    }
}
