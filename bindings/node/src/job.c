/* A call of the library from JavaScript: at once, or as a promise on libuv's thread pool. Calls on one store wait for
 * one another in the order they were made, since a store is used by one thread at a time. */
#include "addon.h"

#include <stdlib.h>
#include <string.h>

typedef struct block {
    struct block *next;
    max_align_t bytes[];
} block;

void *bip_node_alloc(job *j, size_t n)
{
    block *b = n < SIZE_MAX - sizeof *b ? calloc(1, sizeof *b + n) : NULL;
    if (b == NULL) {
        bip_error err;
        bip_node_throw(j, bip_node_nomem(&err), &err);
        return NULL;
    }
    b->next = j->blocks;
    j->blocks = b;
    return b->bytes;
}

bool bip_node_callback(job *j, napi_value v, const char *name, int slot)
{
    napi_valuetype type;
    if (bip_node_absent(j->env, v))
        return true;
    if (napi_typeof(j->env, v, &type) != napi_ok || type != napi_function)
        return bip_node_wrong(j->env, name, "a function");
    return napi_create_reference(j->env, v, 1, &j->callbacks[slot]) == napi_ok;
}

/* ------------------------------------------------------------ from arguments to a result */

static void let_go(job *j)
{
    if (j->op->drop != NULL && j->in != NULL)
        j->op->drop(j);
    if (j->child != NULL)
        bip_node_child_unref(j->child);
    for (int i = 0; i < MOST_HOLDERS; i++)
        bip_node_holder_unref(j->holders[i]);
}

static void job_free(job *j)
{
    let_go(j);
    for (int i = 0; i < MOST_CALLBACKS; i++)
        if (j->callbacks[i] != NULL)
            napi_delete_reference(j->env, j->callbacks[i]);
    if (j->thrown != NULL)
        napi_delete_reference(j->env, j->thrown);
    for (block *b = j->blocks, *next; b != NULL; b = next) {
        next = b->next;
        free(b);
    }
    pthread_mutex_destroy(&j->lock);
    pthread_cond_destroy(&j->answered);
    free(j);
}

/* NULL: an exception is pending. */
static job *job_take(napi_env env, napi_callback_info info)
{
    napi_value args[MOST_ARGS], undefined;
    size_t n = MOST_ARGS;
    job *j = calloc(1, sizeof *j);
    if (j == NULL) {
        napi_throw_error(env, NULL, bip_status_text(BIP_E_NOMEM));
        return NULL;
    }
    pthread_mutex_init(&j->lock, NULL);
    pthread_cond_init(&j->answered, NULL);
    j->env = env;
    napi_get_undefined(env, &undefined);
    for (size_t i = 0; i < MOST_ARGS; i++)
        args[i] = undefined;
    napi_get_cb_info(env, info, &n, args, NULL, (void **)(uintptr_t)&j->op);
    napi_get_instance_data(env, (void **)&j->addon);
    j->in = bip_node_alloc(j, j->op->size);
    if (j->in != NULL && (j->op->take == NULL || j->op->take(j, args)))
        return j;
    job_free(j);
    return NULL;
}

static void bind(job *j)
{
    for (int i = 0; i < MOST_HOLDERS; i++)
        if (j->holders[i] != NULL)
            j->holders[i]->running = j;
}

static void unbind(job *j)
{
    for (int i = 0; i < MOST_HOLDERS; i++)
        if (j->holders[i] != NULL) {
            j->holders[i]->running = NULL;
            bip_node_end_doomed(j->holders[i]);
        }
}

static bool uses(const job *j, const holder *h)
{
    for (int i = 0; i < MOST_HOLDERS; i++)
        if (h != NULL && j->holders[i] == h)
            return true;
    return false;
}

static bool is_used(const job *j)
{
    for (int i = 0; i < MOST_HOLDERS; i++) {
        if (j->holders[i] == NULL)
            continue;
        if (j->holders[i]->running != NULL)
            return true;
        for (const job *w = j->addon->waiting; w != NULL; w = w->next)
            if (uses(w, j->holders[i]))
                return true;
    }
    return false;
}

/* What a callback threw comes before what the library made of it. NULL: the call succeeded, *result is what it gives.
 */
static napi_value outcome(job *j, napi_value *result)
{
    napi_value failure = NULL;
    napi_get_undefined(j->env, result);
    if (j->thrown != NULL) {
        napi_get_reference_value(j->env, j->thrown, &failure);
        napi_get_named_property(j->env, failure, "thrown", &failure);
    } else if (j->st != BIP_OK) {
        failure = bip_node_error(j->env, j->addon, j->st, &j->err);
    } else if (j->op->give != NULL) {
        napi_value given = j->op->give(j);
        bool pending = false;
        napi_is_exception_pending(j->env, &pending);
        if (pending)
            napi_get_and_clear_last_exception(j->env, &failure);
        else if (given != NULL)
            *result = given;
    }
    return failure;
}

/* ------------------------------------------------------------ the synchronous form */

napi_value bip_node_sync(napi_env env, napi_callback_info info)
{
    napi_value result = NULL, failure;
    job *j = job_take(env, info);
    if (j == NULL)
        return NULL;
    j->on_main = true;
    if (is_used(j)) {
        bip_error err = {.where = "store: another call on it is going on"};
        bip_node_throw(j, BIP_E_USAGE, &err);
    } else {
        bind(j);
        j->st = j->op->run(j);
        unbind(j);
        failure = outcome(j, &result);
        if (failure != NULL)
            napi_throw(env, failure);
    }
    job_free(j);
    return result;
}

/* ------------------------------------------------------------ the promise form */

static void start_ready(addon *a);

static void finish(job *j)
{
    napi_value result, failure;
    napi_env env = j->env;
    addon *a = j->addon;
    unbind(j);
    failure = outcome(j, &result);
    if (failure != NULL)
        napi_reject_deferred(env, j->deferred, failure);
    else
        napi_resolve_deferred(env, j->deferred, result);
    if (j->work != NULL)
        napi_delete_async_work(env, j->work);
    if (j->tsfn != NULL)
        napi_release_threadsafe_function(j->tsfn, napi_tsfn_release);
    job_free(j);
    start_ready(a);
}

static void on_pool(napi_env env, void *data)
{
    job *j = data;
    (void)env;
    j->st = j->op->run(j);
}

static void pool_done(napi_env env, napi_status status, void *data)
{
    job *j = data;
    napi_handle_scope scope;
    if (status != napi_ok)
        j->st = BIP_E_CANCELLED;
    if (napi_open_handle_scope(env, &scope) != napi_ok)
        return;
    finish(j);
    napi_close_handle_scope(env, scope);
}

static void *on_thread(void *data)
{
    job *j = data;
    j->st = j->op->run(j);
    napi_call_threadsafe_function(j->tsfn, NULL, napi_tsfn_blocking); /* no question: the end */
    return NULL;
}

static void from_thread(napi_env env, napi_value unused, void *context, void *data)
{
    job *j = context;
    if (data != NULL || env == NULL) {
        bip_node_ask_js(env, unused, context, data);
        return;
    }
    pthread_join(j->thread, NULL);
    for (job **at = &j->addon->threads; *at != NULL; at = &(*at)->next)
        if (*at == j) {
            *at = j->next;
            break;
        }
    finish(j);
}

/* The environment ends: wake the threads that wait for answers and let them end. What they hold of JavaScript goes with
 * the environment; the job stays, since its question may still lie in a queue that is emptied after this. */
void bip_node_abandon(void *env_addon)
{
    addon *a = env_addon;
    for (job *j = a->threads; j != NULL; j = j->next) {
        pthread_mutex_lock(&j->lock);
        j->abandoned = true;
        pthread_cond_broadcast(&j->answered);
        pthread_mutex_unlock(&j->lock);
        bip_store_interrupt(bip_node_store(j));
        pthread_join(j->thread, NULL);
        unbind(j);
        let_go(j);
    }
    a->threads = NULL;
}

static bool has_questions(const job *j)
{
    bool any = j->may_wait;
    for (int i = 0; i < MOST_CALLBACKS; i++)
        any |= j->callbacks[i] != NULL;
    for (int i = 0; i < MOST_HOLDERS; i++)
        any |= j->holders[i] != NULL &&
               (j->holders[i]->now != NULL || j->holders[i]->random != NULL || j->holders[i]->read != NULL);
    return any;
}

/* A question asks for one answer at a time, so a queue of one is enough, and the end. */
static napi_status prepare(job *j)
{
    napi_value name;
    napi_status s = napi_create_string_utf8(j->env, j->op->name, NAPI_AUTO_LENGTH, &name);
    if (s == napi_ok && has_questions(j))
        s = napi_create_threadsafe_function(j->env, NULL, NULL, name, 0, 1, NULL, NULL, j, from_thread, &j->tsfn);
    if (s == napi_ok && !j->may_wait)
        s = napi_create_async_work(j->env, NULL, name, on_pool, pool_done, j, &j->work);
    return s;
}

static void start(job *j)
{
    bool started = prepare(j) == napi_ok;
    bind(j);
    if (started && j->may_wait) {
        j->next = j->addon->threads;
        j->addon->threads = j;
        started = pthread_create(&j->thread, NULL, on_thread, j) == 0;
        if (!started)
            j->addon->threads = j->next;
    } else if (started) {
        started = napi_queue_async_work(j->env, j->work) == napi_ok;
    }
    if (!started) {
        j->st = bip_node_nomem(&j->err);
        finish(j);
    }
}

/* The first that waits and whose stores are neither in use nor wanted by one that waits longer. */
static job *take_ready(addon *a)
{
    a->scan++;
    for (job **at = &a->waiting; *at != NULL; at = &(*at)->next) {
        job *j = *at;
        bool ready = true;
        for (int i = 0; i < MOST_HOLDERS; i++) {
            holder *h = j->holders[i];
            if (h == NULL)
                continue;
            ready &= h->running == NULL && h->claimed != a->scan;
            h->claimed = a->scan;
        }
        if (ready) {
            *at = j->next;
            return j;
        }
    }
    return NULL;
}

static void start_ready(addon *a)
{
    job *j;
    while ((j = take_ready(a)) != NULL)
        start(j);
}

napi_value bip_node_async(napi_env env, napi_callback_info info)
{
    napi_value promise;
    addon *a;
    job **end, *j = job_take(env, info);
    if (j == NULL)
        return NULL;
    if (napi_create_promise(env, &j->deferred, &promise) != napi_ok) {
        job_free(j);
        return NULL;
    }
    a = j->addon;
    for (end = &a->waiting; *end != NULL; end = &(*end)->next)
        ;
    *end = j;
    start_ready(a);
    return promise;
}
