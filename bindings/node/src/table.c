/* Records gathered column by column, texts by dictionary: what JavaScript takes as typed arrays, a batch at a time for
 * iteration or all at once for a cohort. Filled on any thread, handed over where JavaScript runs.
 *
 * Rows are kept back, as many as stay in the nearest cache, and written out column by column: a row at a time would
 * touch fifty places far apart. */
#include "addon.h"

#include <stdlib.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { BLOCK = BIP_NODE_BLOCK };
#define LEAD 1088                  /* bytes: 17 lines of a cache */
#define STREAMED ((size_t)1 << 20) /* bytes of a column: what is smaller is read while the caches hold it */

typedef struct address {
    const void *at;
    int32_t code;
} address;

typedef struct gathered {
    const column *is;
    size_t width; /* of a row in the array, bytes: 8 a double, else a whole number */
    memory memory;
    dictionary texts;
    int32_t codes[BLOCK]; /* of the block's texts */
    address *addresses;   /* of texts that stay where they are */
    size_t n_addresses, address_room, last_address;
    int32_t last;   /* the text that came last */
    uint32_t given; /* so many were handed over */
} gathered;

struct table {
    const record *of;
    size_t n, rows, room;
    bool whole;       /* nothing is handed over before the end */
    gathered **texts; /* the columns of texts, n_at_once of them first that are numbered with the row */
    size_t n_texts, n_at_once;
    char *block; /* rows that aren't written yet, n_kept of them */
    size_t n_kept;
    char *scratch; /* a list as one text */
    size_t scratch_room;
    gathered columns[];
};

/* What holds small numbers as a rule begins as narrow as can be: memory is most of what columns cost. */
static size_t first_width(column_kind kind)
{
    if (kind == COLUMN_DOUBLE || kind == COLUMN_INT64)
        return sizeof(double);
    return kind == COLUMN_DATE || kind == COLUMN_TEXT ? sizeof(int32_t) : sizeof(int8_t);
}

static bool has_texts(const gathered *g)
{
    return g->is->kind == COLUMN_CODE || g->is->kind == COLUMN_LIST || g->is->kind == COLUMN_TEXT;
}

/* ------------------------------------------------------------ gathering */

static bool is_wanted(const char *name, const char *const *wanted, size_t n_wanted)
{
    for (size_t i = 0; i < n_wanted; i++)
        if (strcmp(wanted[i], name) == 0)
            return true;
    return wanted == NULL;
}

/* A text that stays is numbered with the block, which is quicker; but a cursor that fails lends none any more, and the
 * rows before are handed over, unless all or nothing is. */
static bool is_numbered_at_once(const table *t, const gathered *g)
{
    return !g->is->stays || !t->whole;
}

static void add_texts(table *t, bool at_once)
{
    for (size_t i = 0; i < t->n; i++)
        if (has_texts(&t->columns[i]) && is_numbered_at_once(t, &t->columns[i]) == at_once)
            t->texts[t->n_texts++] = &t->columns[i];
}

table *bip_node_table_new(const record *of, const char *const *wanted, size_t n_wanted, bool whole)
{
    table *t = calloc(1, sizeof *t + of->n * sizeof *t->columns);
    if (t == NULL)
        return NULL;
    t->of = of;
    t->whole = whole;
    for (size_t i = 0; i < of->n; i++)
        if (is_wanted(of->columns[i].name, wanted, n_wanted))
            t->columns[t->n++] = (gathered){
                .is = &of->columns[i], .width = first_width(of->columns[i].kind), .memory.lead = t->n % 64 * LEAD};
    t->texts = calloc(of->n, sizeof *t->texts);
    t->block = calloc(1, of->block_size);
    if (t->texts == NULL || t->block == NULL) {
        bip_node_table_free(t);
        return NULL;
    }
    add_texts(t, true);
    t->n_at_once = t->n_texts;
    add_texts(t, false);
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
    free(t->block);
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
    size_t room = t->room == 0 ? BLOCK : t->room * 4;
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

/* strcmp() without a call, since it is asked once a row. */
static bool is_same(const char *a, const char *b)
{
    for (; *a == *b; a++, b++)
        if (*a == '\0')
            return true;
    return false;
}

static bool find_code(gathered *g, const char *text, int32_t *code)
{
    if (g->texts.n > 0 && is_same(text_at(&g->texts, g->last), text)) {
        *code = g->last;
        return true;
    }
    return bip_node_dictionary_find(&g->texts, text, strlen(text), code);
}

static const void *const *lent_texts(const table *t, const gathered *g)
{
    return (const void *const *)(const void *)(t->block + g->is->place);
}

static bool find_text(table *t, gathered *g, size_t row, int32_t *code)
{
    const void *at = lent_texts(t, g)[row];
    bool found;
    *code = -1;
    if (at == NULL)
        return true;
    if (g->is->kind == COLUMN_TEXT) {
        *code = (int32_t)g->texts.n;
        return bip_node_dictionary_append(&g->texts, at, strlen(at));
    }
    if (g->is->kind == COLUMN_LIST)
        found = find_list(t, g, at, ((const size_t *)(const void *)(t->block + t->of->lengths))[row], code);
    else
        found = find_code(g, at, code);
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

/* Of texts that stay, in rows of the block: equal addresses are equal texts, so that most aren't looked at. */
static bool number_staying(table *t, gathered *g, size_t first, size_t end)
{
    const void *const *lent = lent_texts(t, g), *before = NULL; /* rows repeat themselves */
    int32_t code = -1;
    for (size_t row = first; row < end; row++) {
        if (lent[row] != before && !knows(g, lent[row], &code) &&
            !(find_text(t, g, row, &code) && learn(g, lent[row], code)))
            return false;
        before = lent[row];
        g->codes[row] = code;
    }
    return true;
}

static bool number_at_once(table *t, gathered *g, size_t row)
{
    return g->is->stays ? number_staying(t, g, row, row + 1) : find_text(t, g, row, &g->codes[row]);
}

/* ------------------------------------------------------------ a block into its columns */

#ifdef __SSE2__
/* Past the caches, which stay the library's: a large column isn't read soon, and lines that are written whole needn't
 * be read first. */
static void stream(char *into, const char *from, size_t n)
{
    for (size_t i = 0; i < n; i += sizeof(__m128i))
        _mm_stream_si128((__m128i *)(void *)(into + i), _mm_loadu_si128((const __m128i *)(const void *)(from + i)));
}

static bool is_streamed(const gathered *g, const char *into)
{
    return g->memory.size >= STREAMED && (uintptr_t)into % sizeof(__m128i) == 0;
}

/* Before another thread reads them. */
static void end_streams(void)
{
    _mm_sfence();
}
#else
#define stream memcpy

static bool is_streamed(const gathered *g, const char *into)
{
    (void)g, (void)into;
    return false;
}

static void end_streams(void)
{
}
#endif

/* A block of values of the column's width. */
static void put(gathered *g, size_t first, const void *values)
{
    char *into = g->memory.at + first * g->width;
    if (is_streamed(g, into))
        stream(into, values, BLOCK * g->width);
    else
        memcpy(into, values, BLOCK * g->width);
}

typedef union whole_numbers {
    int8_t of_8_bits[BLOCK];
    int16_t of_16_bits[BLOCK];
    int32_t of_32_bits[BLOCK];
} whole_numbers;

static bool fit_8_bits(int8_t *restrict into, const int32_t *restrict from)
{
    uint32_t above = 0;
    for (size_t i = 0; i < BLOCK; i++) {
        into[i] = (int8_t)from[i];
        above |= (uint32_t)from[i] + 0x80;
    }
    return above <= UINT8_MAX;
}

static bool fit_16_bits(int16_t *restrict into, const int32_t *restrict from)
{
    uint32_t above = 0;
    for (size_t i = 0; i < BLOCK; i++) {
        into[i] = (int16_t)from[i];
        above |= (uint32_t)from[i] + 0x8000;
    }
    return above <= UINT16_MAX;
}

/* In so many bytes each. @return whether they fit */
static bool fit(whole_numbers *into, const int32_t *from, size_t width)
{
    if (width == sizeof(int8_t))
        return fit_8_bits(into->of_8_bits, from);
    if (width == sizeof(int16_t))
        return fit_16_bits(into->of_16_bits, from);
    memcpy(into->of_32_bits, from, sizeof into->of_32_bits);
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

/* As narrow as all of them fit so far. @return false: no memory */
static bool put_whole(const table *t, gathered *g, size_t first, const int32_t *values)
{
    whole_numbers narrow;
    while (!fit(&narrow, values, g->width))
        if (!widen(g, first, t->room))
            return false;
    put(g, first, &narrow);
    return true;
}

static bool write_column(table *t, gathered *g, size_t first)
{
    const void *values = t->block + g->is->place;
    switch (g->is->kind) {
    case COLUMN_CODE:
    case COLUMN_LIST:
    case COLUMN_TEXT:
        return (is_numbered_at_once(t, g) || number_staying(t, g, 0, BLOCK)) && put_whole(t, g, first, g->codes);
    case COLUMN_INT32:
        return put_whole(t, g, first, values);
    default:
        put(g, first, values);
        return true;
    }
}

/* Always a whole block: the last one with what is left of the one before. */
static bool write_block(table *t)
{
    size_t first = t->rows - t->n_kept;
    if (first + BLOCK > t->room && !more_rows(t))
        return false;
    for (size_t i = 0; i < t->n; i++)
        if (!write_column(t, &t->columns[i], first))
            return false;
    t->n_kept = 0;
    return true;
}

bool bip_node_table_flush(table *t)
{
    bool written = t->n_kept == 0 || write_block(t);
    end_streams();
    return written;
}

bool bip_node_table_add(table *t, const void *one)
{
    size_t row = t->n_kept;
    t->of->put(t->block, row, one);
    for (size_t i = 0; i < t->n_at_once; i++)
        if (!number_at_once(t, t->texts[i], row))
            return false;
    t->rows++;
    return ++t->n_kept < BLOCK || write_block(t);
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
    if (g->is->kind == COLUMN_TEXT)
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

napi_value bip_node_table_give(napi_env env, table *t)
{
    napi_value made, columns, values, buffer = NULL;
    size_t offset = 0;
    char *bytes = NULL;
    napi_create_object(env, &made);
    napi_create_object(env, &columns);
    napi_create_object(env, &values);
    if (!t->whole && !batch_memory(env, t, &buffer, &bytes))
        return NULL;
    for (size_t i = 0; i < t->n; i++) {
        gathered *g = &t->columns[i];
        size_t n = t->rows * g->width;
        if (t->whole) {
            bip_node_set(env, columns, g->is->name, whole_column(env, g, t->rows));
            continue;
        }
        if (n > 0)
            memcpy(bytes + offset, g->memory.at, n);
        bip_node_set(env, columns, g->is->name, view(env, g, buffer, offset, t->rows));
        offset += (n + 7) / 8 * 8;
    }
    for (size_t i = 0; i < t->n_texts; i++)
        bip_node_set(env, values, t->texts[i]->is->name, new_texts(env, t->texts[i]));
    bip_node_set_number(env, made, "rows", (double)t->rows);
    bip_node_set(env, made, "columns", columns);
    bip_node_set(env, made, "values", values);
    t->rows = 0;
    if (t->whole)
        t->room = 0;
    return made;
}
