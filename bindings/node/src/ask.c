/* Asking a callback, from whatever thread the library calls on. */
#include "addon.h"

static void answered(ask *a)
{
    job *j = a->job;
    pthread_mutex_lock(&j->lock);
    a->done = true;
    pthread_cond_broadcast(&j->answered);
    pthread_mutex_unlock(&j->lock);
}

/* The first exception is the one that tells. */
static void keep_thrown(napi_env env, job *j)
{
    napi_value thrown, box;
    if (napi_get_and_clear_last_exception(env, &thrown) != napi_ok || j->thrown != NULL ||
        napi_create_object(env, &box) != napi_ok)
        return;
    bip_node_set(env, box, "thrown", thrown); /* only objects can be kept, and anything can be thrown */
    napi_create_reference(env, box, 1, &j->thrown);
}

static napi_value promise_kept(napi_env env, napi_callback_info info)
{
    napi_value answer;
    size_t n = 1;
    ask *a = NULL;
    napi_get_cb_info(env, info, &n, &answer, NULL, (void **)&a);
    napi_ref_threadsafe_function(env, a->job->tsfn);
    if (!a->read(env, a, answer))
        keep_thrown(env, a->job);
    answered(a);
    return NULL;
}

static napi_value promise_broken(napi_env env, napi_callback_info info)
{
    napi_value reason;
    size_t n = 1;
    ask *a = NULL;
    napi_get_cb_info(env, info, &n, &reason, NULL, (void **)&a);
    napi_ref_threadsafe_function(env, a->job->tsfn);
    napi_throw(env, reason);
    keep_thrown(env, a->job);
    answered(a);
    return NULL;
}

/* Meanwhile the process may end: who waits for a promise that nobody will keep is no reason to stay. */
static bool answer_later(napi_env env, ask *a, napi_value promise)
{
    napi_value then, both[2], chained;
    if (napi_get_named_property(env, promise, "then", &then) != napi_ok ||
        napi_create_function(env, NULL, 0, promise_kept, a, &both[0]) != napi_ok ||
        napi_create_function(env, NULL, 0, promise_broken, a, &both[1]) != napi_ok ||
        napi_call_function(env, promise, then, 2, both, &chained) != napi_ok)
        return false;
    napi_unref_threadsafe_function(env, a->job->tsfn);
    return true;
}

static bool call(napi_env env, ask *a, bool *later)
{
    napi_value function, receiver, argv[2], answer;
    bool is_promise = false;
    if (napi_get_reference_value(env, a->function, &function) != napi_ok ||
        napi_get_undefined(env, &receiver) != napi_ok ||
        napi_call_function(env, receiver, function, a->args(env, a, argv), argv, &answer) != napi_ok)
        return false;
    if (a->job->may_wait && !a->job->on_main)
        napi_is_promise(env, answer, &is_promise);
    *later = is_promise;
    return is_promise ? answer_later(env, a, answer) : a->read(env, a, answer);
}

/* @return whether the answer comes later */
static bool put_question(napi_env env, ask *a)
{
    napi_handle_scope scope;
    bool later = false;
    if (napi_open_handle_scope(env, &scope) != napi_ok)
        return false;
    if (!call(env, a, &later)) {
        keep_thrown(env, a->job);
        later = false;
    }
    napi_close_handle_scope(env, scope);
    return later;
}

void bip_node_ask_js(napi_env env, napi_value unused, void *context, void *data)
{
    ask *a = data;
    (void)unused, (void)context;
    if (a != NULL && (env == NULL || !put_question(env, a)))
        answered(a);
}

/* From another thread: a copy is asked, which stays where it is whatever becomes of the thread. */
static bool ask_from_thread(job *j, ask *a)
{
    ask *q = &j->question;
    *q = *a;
    if (j->abandoned || napi_call_threadsafe_function(j->tsfn, q, napi_tsfn_blocking) != napi_ok)
        return false;
    pthread_mutex_lock(&j->lock);
    while (!q->done && !j->abandoned)
        pthread_cond_wait(&j->answered, &j->lock);
    *a = *q;
    pthread_mutex_unlock(&j->lock);
    return a->done && j->thrown == NULL;
}

bool bip_node_ask(ask *a)
{
    job *j = a->job;
    if (j == NULL || j->thrown != NULL)
        return false;
    if (!j->on_main)
        return ask_from_thread(j, a);
    put_question(j->env, a);
    return j->thrown == NULL;
}

bool bip_node_go_on(napi_env env, ask *a, napi_value answer)
{
    napi_valuetype type;
    bool yes = true;
    if (napi_typeof(env, answer, &type) == napi_ok && type == napi_boolean)
        napi_get_value_bool(env, answer, &yes);
    a->reply = yes ? 0 : 1;
    return true;
}
