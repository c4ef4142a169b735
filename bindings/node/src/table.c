/* Records gathered column by column, texts by dictionary: what JavaScript takes as typed arrays, a batch at a time for
 * iteration or all at once for a cohort. Filled on any thread, handed over where JavaScript runs. */
#include "addon.h"

#include <stdlib.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define PENDING 32                 /* records */
#define LEAD 1088                  /* bytes: 17 lines of a cache */
#define STREAMED ((size_t)1 << 20) /* bytes of a column: what is smaller is read while the caches hold it */

typedef struct address {
    const void *at;
    int32_t code;
} address;

typedef struct gathered {
    column column;
    size_t width; /* of a row in the array, bytes: 8 a double, else a whole number */
    memory memory;
    dictionary texts;
    address *addresses; /* of texts that stay where they are */
    size_t n_addresses, address_room, last_address;
    int32_t last;   /* the text that came last */
    uint32_t given; /* so many were handed over */
} gathered;

struct table {
    size_t n, rows, room;
    gathered **texts; /* the columns of texts */
    size_t n_texts;
    char *pending; /* the last records, `span` bytes each: they go column by column through the caches */
    size_t span, n_pending;
    char *scratch; /* a list as one text */
    size_t scratch_room;
    gathered columns[];
};

static bool is_double(column_kind kind)
{
    return kind == COLUMN_DOUBLE || kind == COLUMN_INT64;
}

/* What holds small numbers as a rule begins as narrow as can be: memory is most of what columns cost. */
static size_t first_width(column_kind kind)
{
    if (is_double(kind))
        return sizeof(double);
    return kind == COLUMN_DATE || kind == COLUMN_TEXT ? sizeof(int32_t) : sizeof(int8_t);
}

static bool has_texts(column_kind kind)
{
    return kind == COLUMN_CODE || kind == COLUMN_LIST || kind == COLUMN_TEXT;
}

/* ------------------------------------------------------------ gathering */

static bool is_wanted(const char *name, const char *const *wanted, size_t n_wanted)
{
    for (size_t i = 0; i < n_wanted; i++)
        if (strcmp(wanted[i], name) == 0)
            return true;
    return wanted == NULL;
}

table *bip_node_table_new(const column *columns, size_t n, const char *const *wanted, size_t n_wanted)
{
    table *t = calloc(1, sizeof *t + n * sizeof *t->columns);
    if (t == NULL)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        size_t end = columns[i].offset + (is_double(columns[i].kind) ? sizeof(double) : sizeof(int32_t));
        if (is_wanted(columns[i].name, wanted, n_wanted))
            t->columns[t->n++] = (gathered){
                .column = columns[i], .width = first_width(columns[i].kind), .memory.lead = t->n % 64 * LEAD};
        if (t->span < end)
            t->span = end;
    }
    t->texts = calloc(n, sizeof *t->texts);
    t->pending = calloc(PENDING, t->span);
    if (t->texts == NULL || t->pending == NULL) {
        bip_node_table_free(t);
        return NULL;
    }
    for (size_t i = 0; i < t->n; i++)
        if (has_texts(t->columns[i].column.kind))
            t->texts[t->n_texts++] = &t->columns[i];
    return t;
}

void bip_node_table_free(table *t)
{
    if (t == NULL)
        return;
    for (size_t i = 0; i < t->n; i++) {
        bip_node_memory_free(&t->columns[i].memory);
        bip_node_dictionary_free(&t->columns[i].texts);
        free(t->columns[i].addresses);
    }
    free(t->texts);
    free(t->pending);
    free(t->scratch);
    free(t);
}

size_t bip_node_table_rows(const table *t)
{
    return t->rows;
}

/* In long steps: of large memory what isn't written isn't there, and small memory is left the sooner. */
static bool more_rows(table *t)
{
    size_t room = t->room == 0 ? 2 * PENDING : t->room * 4;
    if (t->room >= INT32_MAX)
        return false;
    for (size_t i = 0; i < t->n; i++)
        if (!bip_node_memory_grow(&t->columns[i].memory, room * t->columns[i].width))
            return false;
    t->room = room;
    return true;
}

/* A list of codes as one text, a tab between: no code holds one. */
static bool join(table *t, const char *const *list, size_t n_list, size_t *length)
{
    *length = 0;
    for (size_t i = 0; i < n_list; i++) {
        size_t n = strlen(list[i]) + 1;
        if (t->scratch_room - *length < n) {
            size_t room = (t->scratch_room + n) * 2;
            char *scratch = realloc(t->scratch, room);
            if (scratch == NULL)
                return false;
            t->scratch = scratch;
            t->scratch_room = room;
        }
        memcpy(t->scratch + *length, list[i], n - 1);
        t->scratch[*length + n - 1] = '\t';
        *length += n;
    }
    return true;
}

static bool is_list(const char *text, const char *const *list, size_t n_list)
{
    for (size_t i = 0; i < n_list; i++) {
        size_t n = strlen(list[i]);
        if (strncmp(text, list[i], n) != 0 || text[n] != '\t')
            return false;
        text += n + 1;
    }
    return *text == '\0';
}

static const char *text_at(const dictionary *d, int32_t code)
{
    return d->bytes + d->starts[code];
}

static bool find_list(table *t, gathered *g, const char *const *list, size_t n_list, int32_t *code)
{
    size_t n;
    if (g->texts.n > 0 && is_list(text_at(&g->texts, g->last), list, n_list)) {
        *code = g->last;
        return true;
    }
    return join(t, list, n_list, &n) && bip_node_dictionary_find(&g->texts, n > 0 ? t->scratch : "", n, code);
}

static bool find_code(gathered *g, const char *text, int32_t *code)
{
    if (g->texts.n > 0 && strcmp(text_at(&g->texts, g->last), text) == 0) {
        *code = g->last;
        return true;
    }
    return bip_node_dictionary_find(&g->texts, text, strlen(text), code);
}

static bool find_text(table *t, gathered *g, const char *record, const void *at, int32_t *code)
{
    size_t n_list;
    bool found;
    *code = -1;
    if (at == NULL)
        return true;
    if (g->column.kind == COLUMN_TEXT) {
        *code = (int32_t)g->texts.n;
        return bip_node_dictionary_append(&g->texts, at, strlen(at));
    }
    if (g->column.kind == COLUMN_LIST) {
        memcpy(&n_list, record + g->column.length, sizeof n_list);
        found = find_list(t, g, at, n_list, code);
    } else {
        found = find_code(g, at, code);
    }
    g->last = *code;
    return found;
}

/* Looked for from where the last one was found: what is lent comes in the same order again and again. */
static bool knows(gathered *g, const void *at, int32_t *code)
{
    size_t i = g->last_address;
    for (size_t tried = 0; tried < g->n_addresses; tried++) {
        if (g->addresses[i].at == at) {
            g->last_address = i;
            *code = g->addresses[i].code;
            return true;
        }
        i = i + 1 < g->n_addresses ? i + 1 : 0;
    }
    return false;
}

static bool learn(gathered *g, const void *at, int32_t code)
{
    if (g->n_addresses == g->address_room) {
        size_t room = g->address_room == 0 ? 32 : g->address_room * 2;
        address *addresses = realloc(g->addresses, room * sizeof *addresses);
        if (addresses == NULL)
            return false;
        g->addresses = addresses;
        g->address_room = room;
    }
    g->last_address = g->n_addresses;
    g->addresses[g->n_addresses++] = (address){at, code};
    return true;
}

static bool take_text(table *t, gathered *g, const char *record, int32_t *code)
{
    const void *at;
    memcpy(&at, record + g->column.offset, sizeof at);
    if (!g->column.stays)
        return find_text(t, g, record, at, code);
    return knows(g, at, code) || (find_text(t, g, record, at, code) && learn(g, at, *code));
}

/* From PENDING records that lie `span` bytes apart. */
static void put_doubles(char *restrict into, const char *restrict from, size_t span)
{
    for (size_t i = 0; i < PENDING; i++)
        memcpy(into + i * sizeof(double), from + i * span, sizeof(double));
}

#ifdef __SSE2__
/* Past the caches, which stay the library's: a large column isn't read soon, and lines that are written whole needn't
 * be read first. */
static void stream_doubles(char *restrict into, const char *restrict from, size_t span)
{
    double one, next;
    for (size_t i = 0; i < PENDING; i += 2) {
        memcpy(&one, from + i * span, sizeof one);
        memcpy(&next, from + (i + 1) * span, sizeof next);
        _mm_stream_pd((double *)(void *)into + i, _mm_set_pd(next, one));
    }
}

/* Before another thread reads them. */
static void end_streams(void)
{
    _mm_sfence();
}
#else
#define stream_doubles put_doubles

static void end_streams(void)
{
}
#endif

static void put_int64(char *restrict into, const char *restrict from, size_t span)
{
    int64_t whole;
    double number;
    for (size_t i = 0; i < PENDING; i++) {
        memcpy(&whole, from + i * span, sizeof whole);
        number = (double)whole;
        memcpy(into + i * sizeof number, &number, sizeof number);
    }
}

/* The same for whole numbers. @return whether they fit */
static bool put_8_bits(char *restrict into, const char *restrict from, size_t span)
{
    uint32_t whole, above = 0;
    for (size_t i = 0; i < PENDING; i++) {
        memcpy(&whole, from + i * span, sizeof whole);
        into[i] = (char)whole;
        above |= whole + 0x80;
    }
    return above <= UINT8_MAX;
}

static bool put_16_bits(char *restrict into, const char *restrict from, size_t span)
{
    uint32_t whole, above = 0;
    for (size_t i = 0; i < PENDING; i++) {
        memcpy(&whole, from + i * span, sizeof whole);
        memcpy(into + i * sizeof(int16_t), &(int16_t){(int16_t)whole}, sizeof(int16_t));
        above |= whole + 0x8000;
    }
    return above <= UINT16_MAX;
}

static bool put_32_bits(char *restrict into, const char *restrict from, size_t span)
{
    for (size_t i = 0; i < PENDING; i++)
        memcpy(into + i * sizeof(int32_t), from + i * span, sizeof(int32_t));
    return true;
}

static bool put(gathered *g, size_t first, const table *t)
{
    char *into = g->memory.at + first * g->width;
    const char *from = t->pending + g->column.offset;
    if (g->column.kind == COLUMN_INT64)
        put_int64(into, from, t->span);
    else if (g->column.kind == COLUMN_DOUBLE && g->memory.size >= STREAMED)
        stream_doubles(into, from, t->span);
    else if (g->column.kind == COLUMN_DOUBLE)
        put_doubles(into, from, t->span);
    else if (g->width == sizeof(int8_t))
        return put_8_bits(into, from, t->span);
    else if (g->width == sizeof(int16_t))
        return put_16_bits(into, from, t->span);
    else
        return put_32_bits(into, from, t->span);
    return true;
}

/* Whole numbers to twice the bits. */
static bool widen(gathered *g, size_t rows, size_t room)
{
    memory wider = {.lead = g->memory.lead};
    if (!bip_node_memory_grow(&wider, room * g->width * 2))
        return false;
    for (size_t i = 0; i < rows; i++)
        if (g->width == sizeof(int8_t))
            ((int16_t *)(void *)wider.at)[i] = ((int8_t *)g->memory.at)[i];
        else
            ((int32_t *)(void *)wider.at)[i] = ((int16_t *)(void *)g->memory.at)[i];
    bip_node_memory_free(&g->memory);
    g->memory = wider;
    g->width *= 2;
    return true;
}

/* Always as many records as there may be: the room is a multiple of it, and what is too much is overwritten. */
static bool move_pending(table *t)
{
    size_t first = t->rows - t->n_pending;
    if (t->n_pending == 0)
        return true;
    for (size_t i = 0; i < t->n; i++)
        while (!put(&t->columns[i], first, t))
            if (!widen(&t->columns[i], first, t->room))
                return false;
    t->n_pending = 0;
    return true;
}

bool bip_node_table_flush(table *t)
{
    bool moved = move_pending(t);
    end_streams();
    return moved;
}

/* A text is lent until the next record only, so its number takes the place of its address. */
bool bip_node_table_add(table *t, const void *record)
{
    char *kept = t->pending + t->n_pending * t->span;
    if (t->rows == t->room && !more_rows(t))
        return false;
    memcpy(kept, record, t->span);
    for (size_t i = 0; i < t->n_texts; i++) {
        int32_t code;
        if (!take_text(t, t->texts[i], record, &code))
            return false;
        memcpy(kept + t->texts[i]->column.offset, &code, sizeof code);
    }
    t->rows++;
    return ++t->n_pending < PENDING || move_pending(t);
}

/* ------------------------------------------------------------ handing over */

static napi_value view(napi_env env, const gathered *g, napi_value buffer, size_t offset, size_t rows)
{
    static const napi_typedarray_type types[] = {[sizeof(int8_t)] = napi_int8_array,
                                                 [sizeof(int16_t)] = napi_int16_array,
                                                 [sizeof(int32_t)] = napi_int32_array,
                                                 [sizeof(double)] = napi_float64_array};
    napi_value v = NULL;
    napi_create_typedarray(env, types[g->width], rows, buffer, offset, &v);
    return v;
}

static napi_value whole_column(napi_env env, gathered *g, size_t rows)
{
    napi_value buffer = bip_node_memory_give(env, &g->memory, rows * g->width);
    return buffer == NULL ? NULL : view(env, g, buffer, 0, rows);
}

/* What came since the last time. A text by itself is done with once it is handed over. */
static napi_value new_texts(napi_env env, gathered *g)
{
    dictionary *d = &g->texts;
    napi_value texts = NULL;
    if (d->n == g->given)
        napi_get_null(env, &texts);
    else
        napi_create_string_utf8(env, d->bytes + d->starts[g->given], d->used - d->starts[g->given] - 1, &texts);
    g->given = d->n;
    if (g->column.kind == COLUMN_TEXT)
        d->n = g->given = 0, d->used = 0;
    return texts;
}

/* The columns of a batch lie behind one another in one piece of memory, 8 bytes apart. */
static bool batch_memory(napi_env env, const table *t, napi_value *buffer, char **bytes)
{
    size_t n = 0;
    void *data;
    for (size_t i = 0; i < t->n; i++)
        n += (t->rows * t->columns[i].width + 7) / 8 * 8;
    if (napi_create_arraybuffer(env, n, &data, buffer) != napi_ok)
        return false;
    *bytes = data;
    return true;
}

napi_value bip_node_table_give(napi_env env, table *t, bool whole)
{
    napi_value made, columns, values, buffer = NULL;
    size_t offset = 0;
    char *bytes = NULL;
    napi_create_object(env, &made);
    napi_create_object(env, &columns);
    napi_create_object(env, &values);
    if (!whole && !batch_memory(env, t, &buffer, &bytes))
        return NULL;
    for (size_t i = 0; i < t->n; i++) {
        gathered *g = &t->columns[i];
        size_t n = t->rows * g->width;
        if (whole) {
            bip_node_set(env, columns, g->column.name, whole_column(env, g, t->rows));
            continue;
        }
        if (n > 0)
            memcpy(bytes + offset, g->memory.at, n);
        bip_node_set(env, columns, g->column.name, view(env, g, buffer, offset, t->rows));
        offset += (n + 7) / 8 * 8;
    }
    for (size_t i = 0; i < t->n_texts; i++)
        bip_node_set(env, values, t->texts[i]->column.name, new_texts(env, t->texts[i]));
    bip_node_set_number(env, made, "rows", (double)t->rows);
    bip_node_set(env, made, "columns", columns);
    bip_node_set(env, made, "values", values);
    t->rows = 0;
    if (whole)
        t->room = 0;
    return made;
}
