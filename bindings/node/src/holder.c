/* Stores, and the changes and cursors opened from them: who keeps whom alive, and the end in whatever order. */
#include "addon.h"

#include <stdlib.h>

static void drop_ref(napi_env env, napi_ref *ref)
{
    if (*ref != NULL)
        napi_delete_reference(env, *ref);
    *ref = NULL;
}

holder *bip_node_holder_new(napi_env env)
{
    holder *h = calloc(1, sizeof *h);
    if (h != NULL) {
        h->env = env;
        h->refs = 1;
    }
    return h;
}

void bip_node_holder_unref(holder *h)
{
    if (h == NULL || --h->refs > 0)
        return;
    bip_store_close(h->store);
    drop_ref(h->env, &h->now);
    drop_ref(h->env, &h->random);
    drop_ref(h->env, &h->read);
    free(h);
}

child *bip_node_child_new(holder *h)
{
    child *c = calloc(1, sizeof *c);
    if (c != NULL) {
        c->refs = 1;
        c->holder = h;
        h->refs++;
    }
    return c;
}

/* A store that was closed has taken its changes and cursors with it. */
static void child_end(child *c)
{
    holder *h = c->holder;
    if (h->store != NULL) {
        bip_cursor_close(c->cursor);
        bip_change_rollback(c->change);
    }
    bip_node_table_free(c->rows);
    bip_node_table_free(c->scores);
    free(c);
    bip_node_holder_unref(h);
}

/* The collector may come while another thread, or the call that is going on, uses the store. */
void bip_node_child_unref(child *c)
{
    if (--c->refs > 0)
        return;
    if (c->holder->running != NULL) {
        c->next = c->holder->doomed;
        c->holder->doomed = c;
    } else {
        child_end(c);
    }
}

void bip_node_end_doomed(holder *h)
{
    while (h->doomed != NULL) {
        child *c = h->doomed;
        h->doomed = c->next;
        child_end(c);
    }
}

/* ------------------------------------------------------------ as JavaScript sees them */

static void store_collected(napi_env env, void *data, void *hint)
{
    (void)env, (void)hint;
    bip_node_holder_unref(data);
}

static void child_collected(napi_env env, void *data, void *hint)
{
    (void)env, (void)hint;
    bip_node_child_unref(data);
}

napi_value bip_node_wrap_store(napi_env env, holder *h)
{
    napi_value v;
    if (napi_create_external(env, h, store_collected, NULL, &v) == napi_ok)
        return v;
    bip_node_holder_unref(h);
    return NULL;
}

napi_value bip_node_wrap_child(napi_env env, child *c)
{
    napi_value v;
    if (napi_create_external(env, c, child_collected, NULL, &v) == napi_ok)
        return v;
    bip_node_child_unref(c);
    return NULL;
}

/* lib/ keeps these values in private fields, so that nobody else can hand in one. */
static void *take_external(napi_env env, napi_value v)
{
    napi_valuetype type;
    void *data = NULL;
    if (napi_typeof(env, v, &type) != napi_ok || type != napi_external ||
        napi_get_value_external(env, v, &data) != napi_ok || data == NULL)
        bip_node_wrong(env, "handle", "from this module");
    return data;
}

static void hold(job *j, holder *h)
{
    int slot = j->holders[0] == NULL || j->holders[0] == h ? 0 : 1;
    if (j->holders[slot] == h)
        return;
    j->holders[slot] = h;
    h->refs++;
}

bool bip_node_take_store(job *j, napi_value v)
{
    holder *h = take_external(j->env, v);
    if (h != NULL)
        hold(j, h);
    return h != NULL;
}

bool bip_node_take_child(job *j, napi_value v)
{
    child *c = take_external(j->env, v);
    if (c == NULL)
        return false;
    j->child = c;
    c->refs++;
    hold(j, c->holder);
    return true;
}

bip_store *bip_node_store(const job *j)
{
    return j->holders[0] == NULL ? NULL : j->holders[0]->store;
}

bip_change *bip_node_change(const job *j)
{
    return bip_node_store(j) == NULL ? NULL : j->child->change;
}

bip_cursor *bip_node_cursor(const job *j)
{
    return bip_node_store(j) == NULL ? NULL : j->child->cursor;
}
