/* Records gathered column by column, texts by dictionary: what JavaScript takes as typed arrays, a batch at a time for
 * iteration or all at once for a cohort. Filled on any thread, handed over where JavaScript runs. */
#include "addon.h"

#include <stdlib.h>
#include <string.h>

#define PENDING 64 /* records */
#define RECENT 64  /* a power of two */

/* Texts by number, in the order in which they first came. */
typedef struct dictionary {
    char *bytes; /* each with its NUL */
    size_t used, room;
    size_t *starts; /* n + 1 of them */
    uint32_t *slots;
    uint32_t n, n_starts, n_slots; /* n_slots a power of two, at most half full */
    uint32_t given;                /* so many were handed over */
    /* By address: the library lends most texts from the same place again and again. What lies there is compared, so
     * that another text in the same place is another text; 0: none. */
    uint32_t recent[RECENT];
} dictionary;

typedef struct gathered {
    column column;
    char *data;
    dictionary texts;
} gathered;

/* A column that is copied as it is. */
typedef struct copied {
    char *data;
    size_t offset;
} copied;

struct table {
    size_t n, rows, room;
    copied *wide, *narrow; /* of 8 and of 4 bytes: apart, since they are most of them and every row is short */
    gathered **others;     /* what is not copied as it is */
    size_t n_wide, n_narrow, n_others;
    char *pending; /* the last records, `span` bytes each: column by column they go through the caches */
    size_t span, n_pending;
    char *scratch; /* a list as one text */
    size_t scratch_room;
    gathered columns[];
};

static size_t width(column_kind kind)
{
    return kind == COLUMN_DOUBLE || kind == COLUMN_INT64 ? sizeof(double) : sizeof(int32_t);
}

static bool has_texts(column_kind kind)
{
    return kind == COLUMN_CODE || kind == COLUMN_LIST || kind == COLUMN_TEXT;
}

/* ------------------------------------------------------------ dictionaries */

static uint32_t hash(const char *text, size_t n)
{
    uint32_t h = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)text[i]) * 16777619u;
    return h;
}

static bool same(const dictionary *d, uint32_t i, const char *text, size_t n)
{
    return d->starts[i + 1] - d->starts[i] == n + 1 && memcmp(d->bytes + d->starts[i], text, n) == 0;
}

/* The slot that holds the text, or the free one where it belongs. */
static uint32_t *slot_of(const dictionary *d, const char *text, size_t n)
{
    uint32_t at = hash(text, n) & (d->n_slots - 1);
    while (d->slots[at] != 0 && !same(d, d->slots[at] - 1, text, n))
        at = (at + 1) & (d->n_slots - 1);
    return &d->slots[at];
}

static bool more_slots(dictionary *d)
{
    uint32_t n_slots = d->n_slots == 0 ? 64 : d->n_slots * 2, *old = d->slots, n_old = d->n_slots;
    uint32_t *slots = n_slots == 0 ? NULL : calloc(n_slots, sizeof *slots);
    if (slots == NULL)
        return false;
    d->slots = slots;
    d->n_slots = n_slots;
    for (uint32_t i = 0; i < n_old; i++)
        if (old[i] != 0) {
            uint32_t text = old[i] - 1;
            *slot_of(d, d->bytes + d->starts[text], d->starts[text + 1] - d->starts[text] - 1) = old[i];
        }
    free(old);
    return true;
}

static bool append(dictionary *d, const char *text, size_t n)
{
    if (d->n + 2 > d->n_starts) {
        uint32_t more = d->n_starts == 0 ? 64 : d->n_starts * 2;
        size_t *starts = realloc(d->starts, more * sizeof *starts);
        if (starts == NULL)
            return false;
        if (d->n_starts == 0)
            starts[0] = 0;
        d->starts = starts;
        d->n_starts = more;
    }
    if (d->room - d->used < n + 1) {
        size_t more = (d->room + n + 1) * 2;
        char *bytes = realloc(d->bytes, more);
        if (bytes == NULL)
            return false;
        d->bytes = bytes;
        d->room = more;
    }
    memcpy(d->bytes + d->used, text, n);
    d->used += n;
    d->bytes[d->used++] = '\0';
    d->starts[++d->n] = d->used;
    return true;
}

static bool look_up(dictionary *d, const char *text, size_t n, int32_t *out)
{
    uint32_t *slot;
    if ((d->n + 1) * 2 > d->n_slots && !more_slots(d))
        return false;
    slot = slot_of(d, text, n);
    if (*slot == 0) {
        if (!append(d, text, n))
            return false;
        *slot = d->n;
    }
    *out = (int32_t)(*slot - 1);
    return true;
}

static uint32_t *recent(dictionary *d, const void *address)
{
    return &d->recent[((uintptr_t)address >> 3 ^ (uintptr_t)address >> 9) & (RECENT - 1)];
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
    t->wide = calloc(n, sizeof *t->wide);
    t->narrow = calloc(n, sizeof *t->narrow);
    t->others = calloc(n, sizeof *t->others);
    for (size_t i = 0; i < n; i++)
        if (t->span < columns[i].offset + width(columns[i].kind))
            t->span = columns[i].offset + width(columns[i].kind);
    t->pending = calloc(PENDING, t->span);
    if (t->wide == NULL || t->narrow == NULL || t->others == NULL || t->pending == NULL) {
        bip_node_table_free(t);
        return NULL;
    }
    for (size_t i = 0; i < n; i++)
        if (is_wanted(columns[i].name, wanted, n_wanted))
            t->columns[t->n++].column = columns[i];
    return t;
}

void bip_node_table_free(table *t)
{
    if (t == NULL)
        return;
    for (size_t i = 0; i < t->n; i++) {
        free(t->columns[i].data);
        free(t->columns[i].texts.bytes);
        free(t->columns[i].texts.starts);
        free(t->columns[i].texts.slots);
    }
    free(t->wide);
    free(t->narrow);
    free(t->others);
    free(t->pending);
    free(t->scratch);
    free(t);
}

size_t bip_node_table_rows(const table *t)
{
    return t->rows;
}

static bool is_copied(column_kind kind)
{
    return kind != COLUMN_INT64 && !has_texts(kind);
}

/* The memory of the columns has moved: find again where each kind is. */
static void find_copied(table *t)
{
    t->n_wide = t->n_narrow = t->n_others = 0;
    for (size_t i = 0; i < t->n; i++) {
        gathered *g = &t->columns[i];
        copied one = {g->data, g->column.offset};
        if (!is_copied(g->column.kind))
            t->others[t->n_others++] = g;
        else if (g->column.kind == COLUMN_DOUBLE)
            t->wide[t->n_wide++] = one;
        else
            t->narrow[t->n_narrow++] = one;
    }
}

static bool more_rows(table *t)
{
    size_t room = t->room == 0 ? 64 : t->room * 2;
    if (t->room >= INT32_MAX)
        return false;
    for (size_t i = 0; i < t->n; i++) {
        gathered *g = &t->columns[i];
        char *data = realloc(g->data, room * width(g->column.kind));
        if (data == NULL)
            return false;
        g->data = data;
    }
    t->room = room;
    find_copied(t);
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

static bool put_list(table *t, dictionary *d, const char *const *list, size_t n_list, int32_t *into)
{
    uint32_t *known = recent(d, list);
    size_t n;
    if (*known != 0 && is_list(d->bytes + d->starts[*known - 1], list, n_list)) {
        *into = (int32_t)(*known - 1);
        return true;
    }
    if (!join(t, list, n_list, &n) || !look_up(d, n > 0 ? t->scratch : "", n, into))
        return false;
    *known = (uint32_t)*into + 1;
    return true;
}

static bool put_code(dictionary *d, const char *text, int32_t *into)
{
    uint32_t *known = recent(d, text);
    if (*known != 0 && strcmp(d->bytes + d->starts[*known - 1], text) == 0) {
        *into = (int32_t)(*known - 1);
        return true;
    }
    if (!look_up(d, text, strlen(text), into))
        return false;
    *known = (uint32_t)*into + 1;
    return true;
}

static bool put_text(table *t, gathered *g, const char *at, const char *record, int32_t *into)
{
    const char *text;
    const char *const *list;
    size_t n;
    *into = -1;
    if (g->column.kind == COLUMN_LIST) {
        memcpy(&list, at, sizeof list);
        memcpy(&n, record + g->column.length, sizeof n);
        return list == NULL || put_list(t, &g->texts, list, n, into);
    }
    memcpy(&text, at, sizeof text);
    if (text == NULL)
        return true;
    if (g->column.kind == COLUMN_CODE)
        return put_code(&g->texts, text, into);
    *into = (int32_t)g->texts.n;
    return append(&g->texts, text, strlen(text));
}

static bool put(table *t, gathered *g, const char *record)
{
    const char *at = record + g->column.offset;
    char *into = g->data + t->rows * width(g->column.kind);
    if (g->column.kind == COLUMN_INT64) {
        int64_t whole;
        double number;
        memcpy(&whole, at, sizeof whole);
        number = (double)whole;
        memcpy(into, &number, sizeof number);
        return true;
    }
    return put_text(t, g, at, record, (int32_t *)(void *)into);
}

static void flush(table *t)
{
    size_t first = t->rows - t->n_pending;
    for (size_t i = 0; i < t->n_wide; i++)
        for (size_t row = 0; row < t->n_pending; row++)
            memcpy(t->wide[i].data + (first + row) * sizeof(double), t->pending + row * t->span + t->wide[i].offset,
                   sizeof(double));
    for (size_t i = 0; i < t->n_narrow; i++)
        for (size_t row = 0; row < t->n_pending; row++)
            memcpy(t->narrow[i].data + (first + row) * sizeof(int32_t),
                   t->pending + row * t->span + t->narrow[i].offset, sizeof(int32_t));
    t->n_pending = 0;
}

bool bip_node_table_add(table *t, const void *record)
{
    if (t->rows == t->room && !more_rows(t))
        return false;
    for (size_t i = 0; i < t->n_others; i++)
        if (!put(t, t->others[i], record))
            return false;
    memcpy(t->pending + t->n_pending * t->span, record, t->span);
    t->rows++;
    if (++t->n_pending == PENDING)
        flush(t);
    return true;
}

/* ------------------------------------------------------------ handing over */

static void free_data(napi_env env, void *data, void *hint)
{
    (void)env, (void)hint;
    free(data);
}

static napi_value view(napi_env env, const gathered *g, napi_value memory, size_t offset, size_t rows)
{
    napi_value v = NULL;
    napi_typedarray_type type = width(g->column.kind) == sizeof(double) ? napi_float64_array : napi_int32_array;
    napi_create_typedarray(env, type, rows, memory, offset, &v);
    return v;
}

/* The column's own memory becomes the array's; a copy where the engine wants its own. */
static napi_value whole_column(napi_env env, gathered *g, size_t rows)
{
    size_t n = rows * width(g->column.kind);
    napi_value memory;
    void *bytes;
    char *less = n > 0 ? realloc(g->data, n) : NULL;
    if (less != NULL)
        g->data = less;
    if (n > 0 && napi_create_external_arraybuffer(env, g->data, n, free_data, NULL, &memory) == napi_ok) {
        g->data = NULL;
        return view(env, g, memory, 0, rows);
    }
    if (napi_create_arraybuffer(env, n, &bytes, &memory) != napi_ok)
        return NULL;
    if (n > 0)
        memcpy(bytes, g->data, n);
    return view(env, g, memory, 0, rows);
}

/* What came since the last time. A text by itself is done with once it is handed over. */
static napi_value new_texts(napi_env env, gathered *g)
{
    dictionary *d = &g->texts;
    napi_handle_scope scope;
    napi_value list, text;
    if (napi_create_array_with_length(env, d->n - d->given, &list) != napi_ok)
        return NULL;
    for (uint32_t i = d->given; i < d->n; i++) {
        napi_open_handle_scope(env, &scope);
        if (napi_create_string_utf8(env, d->bytes + d->starts[i], d->starts[i + 1] - d->starts[i] - 1, &text) ==
            napi_ok)
            napi_set_element(env, list, i - d->given, text);
        napi_close_handle_scope(env, scope);
    }
    d->given = d->n;
    if (g->column.kind == COLUMN_TEXT)
        d->n = d->given = 0, d->used = 0;
    return list;
}

/* The columns of a batch lie behind one another in one piece of memory, 8 bytes apart. */
static bool batch_memory(napi_env env, const table *t, napi_value *memory, char **bytes)
{
    size_t n = 0;
    void *data;
    for (size_t i = 0; i < t->n; i++)
        n += (t->rows * width(t->columns[i].column.kind) + 7) / 8 * 8;
    if (napi_create_arraybuffer(env, n, &data, memory) != napi_ok)
        return false;
    *bytes = data;
    return true;
}

napi_value bip_node_table_give(napi_env env, table *t, bool whole)
{
    napi_value made, columns, values, memory = NULL;
    size_t offset = 0;
    char *bytes = NULL;
    flush(t);
    napi_create_object(env, &made);
    napi_create_object(env, &columns);
    napi_create_object(env, &values);
    if (!whole && !batch_memory(env, t, &memory, &bytes))
        return NULL;
    for (size_t i = 0; i < t->n; i++) {
        gathered *g = &t->columns[i];
        size_t n = t->rows * width(g->column.kind);
        if (has_texts(g->column.kind))
            bip_node_set(env, values, g->column.name, new_texts(env, g));
        if (whole) {
            bip_node_set(env, columns, g->column.name, whole_column(env, g, t->rows));
            continue;
        }
        if (n > 0)
            memcpy(bytes + offset, g->data, n);
        bip_node_set(env, columns, g->column.name, view(env, g, memory, offset, t->rows));
        offset += (n + 7) / 8 * 8;
    }
    bip_node_set_number(env, made, "rows", (double)t->rows);
    bip_node_set(env, made, "columns", columns);
    bip_node_set(env, made, "values", values);
    t->rows = 0;
    if (whole)
        t->room = 0;
    return made;
}
