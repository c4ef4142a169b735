/* Writing: a change, and what it records. */
#include "addon.h"

#include <string.h>

struct change {
    const char *actor, *reason; /* of the beginning */
    const char *id, *code, *key, *value;
    bip_date date;
    int32_t days;
    bip_assessment_in in;
    const char *json;
    size_t n;
    bip_change *begun;
    char made[BIP_ID_SIZE];
};

/* ------------------------------------------------------------ beginning and end */

static bool begin_take(job *j, const napi_value *args)
{
    struct change *in = j->in;
    return bip_node_take_store(j, args[0]) && bip_node_text(j, args[1], "actor", &in->actor) &&
           bip_node_text(j, args[2], "reason", &in->reason);
}

static bip_status begin_run(job *j)
{
    struct change *in = j->in;
    return bip_change_begin(bip_node_store(j), in->actor, in->reason, &in->begun, &j->err);
}

static napi_value begin_give(job *j)
{
    struct change *in = j->in;
    child *c = bip_node_child_new(j->holders[0]);
    if (c == NULL) {
        bip_node_throw(j, bip_node_nomem(&j->err), &j->err);
        return NULL;
    }
    c->change = in->begun;
    in->begun = NULL;
    return bip_node_wrap_child(j->env, c);
}

static void begin_drop(job *j)
{
    struct change *in = j->in;
    if (bip_node_store(j) != NULL)
        bip_change_rollback(in->begun);
}

static bool change_take(job *j, const napi_value *args)
{
    return bip_node_take_child(j, args[0]);
}

static bip_status commit_run(job *j)
{
    struct change *in = j->in;
    bip_change *change = bip_node_change(j);
    j->child->change = NULL; /* whatever happens */
    return bip_change_commit(change, in->made, &j->err);
}

static bip_status rollback_run(job *j)
{
    bip_change *change = bip_node_change(j);
    j->child->change = NULL;
    bip_change_rollback(change);
    return BIP_OK;
}

static napi_value made_give(job *j)
{
    struct change *in = j->in;
    return bip_node_string(j->env, in->made);
}

/* ------------------------------------------------------------ assessments */

static void assessment_init(void *into)
{
    *(bip_assessment_in *)into = (bip_assessment_in){.size = sizeof(bip_assessment_in), .date = BIP_NO_DATE};
}

#define AT(name) .offset = offsetof(bip_assessment_in, name)
static const field assessment_fields[] = {{"participant", TEXT, AT(participant)},
                                          {"instrument", TEXT, AT(instrument)},
                                          {"respondent", TEXT, AT(respondent)},
                                          {"rater", TEXT, AT(rater)},
                                          {"note", TEXT, AT(note)},
                                          {"date", DATE, AT(date)},
                                          {"redact", BOOL, AT(redact)},
                                          {"scores", NAMED_SCORES, AT(scores), .length = offsetof(bip_assessment_in, n),
                                           .codes = offsetof(bip_assessment_in, indicators)}};
#undef AT
static const structure assessment_structure = {"assessment", sizeof(bip_assessment_in), assessment_init,
                                               assessment_fields, sizeof assessment_fields / sizeof *assessment_fields};

static bool add_take(job *j, const napi_value *args)
{
    struct change *in = j->in;
    return change_take(j, args) && bip_node_struct(j, args[1], "assessment", &assessment_structure, &in->in);
}

static bip_status add_run(job *j)
{
    struct change *in = j->in;
    return bip_assessment_add(bip_node_change(j), &in->in, in->made, &j->err);
}

static bool id_take(job *j, const napi_value *args)
{
    struct change *in = j->in;
    return change_take(j, args) && bip_node_text(j, args[1], "id", &in->id);
}

static bool correct_take(job *j, const napi_value *args)
{
    struct change *in = j->in;
    return id_take(j, args) && bip_node_struct(j, args[2], "correction", &assessment_structure, &in->in);
}

static bip_status correct_run(job *j)
{
    struct change *in = j->in;
    return bip_assessment_correct(bip_node_change(j), in->id, &in->in, in->made, &j->err);
}

static bip_status withdraw_run(job *j)
{
    struct change *in = j->in;
    return bip_assessment_withdraw(bip_node_change(j), in->id, &j->err);
}

static bool dispute_take(job *j, const napi_value *args)
{
    struct change *in = j->in;
    return id_take(j, args) && bip_node_text(j, args[2], "text", &in->value);
}

static bip_status dispute_run(job *j)
{
    struct change *in = j->in;
    return bip_assessment_dispute(bip_node_change(j), in->id, in->value, in->made, &j->err);
}

/* ------------------------------------------------------------ participants, instruments, how long to keep */

static bool code_take(job *j, const napi_value *args)
{
    struct change *in = j->in;
    return change_take(j, args) && bip_node_text(j, args[1], "code", &in->code);
}

static bool participant_take(job *j, const napi_value *args)
{
    struct change *in = j->in;
    in->date = BIP_NO_DATE;
    return code_take(j, args) && bip_node_date(j, args[2], "enrolled", &in->date);
}

static bip_status participant_run(job *j)
{
    struct change *in = j->in;
    return bip_participant_add(bip_node_change(j), in->code, in->date, &j->err);
}

static bool set_take(job *j, const napi_value *args)
{
    struct change *in = j->in;
    return code_take(j, args) && bip_node_text(j, args[2], "key", &in->key) &&
           bip_node_text(j, args[3], "value", &in->value);
}

static bip_status set_run(job *j)
{
    struct change *in = j->in;
    return bip_participant_set(bip_node_change(j), in->code, in->key, in->value, &j->err);
}

static bip_status erase_run(job *j)
{
    struct change *in = j->in;
    return bip_participant_erase(bip_node_change(j), in->code, &j->err);
}

static bool keep_take(job *j, const napi_value *args)
{
    struct change *in = j->in;
    return change_take(j, args) && bip_node_int32(j->env, args[1], "days", &in->days);
}

static bip_status keep_run(job *j)
{
    struct change *in = j->in;
    return bip_retention_keep(bip_node_change(j), in->days, &j->err);
}

static bool instrument_take(job *j, const napi_value *args)
{
    struct change *in = j->in;
    return change_take(j, args) && bip_node_bytes(j, args[1], "json", &in->json, &in->n);
}

static bip_status instrument_run(job *j)
{
    struct change *in = j->in;
    return bip_instrument_add(bip_node_change(j), in->json, in->n, &j->err);
}

const op bip_node_change_ops[] = {
    {"changeBegin", sizeof(struct change), begin_take, begin_run, begin_give, begin_drop},
    {"changeCommit", sizeof(struct change), change_take, commit_run, made_give, NULL},
    {"changeRollback", sizeof(struct change), change_take, rollback_run, NULL, NULL},
    {"assessmentAdd", sizeof(struct change), add_take, add_run, made_give, NULL},
    {"assessmentCorrect", sizeof(struct change), correct_take, correct_run, made_give, NULL},
    {"assessmentWithdraw", sizeof(struct change), id_take, withdraw_run, NULL, NULL},
    {"assessmentDispute", sizeof(struct change), dispute_take, dispute_run, made_give, NULL},
    {"participantAdd", sizeof(struct change), participant_take, participant_run, NULL, NULL},
    {"participantSet", sizeof(struct change), set_take, set_run, NULL, NULL},
    {"participantErase", sizeof(struct change), code_take, erase_run, NULL, NULL},
    {"retentionKeep", sizeof(struct change), keep_take, keep_run, NULL, NULL},
    {"instrumentAdd", sizeof(struct change), instrument_take, instrument_run, NULL, NULL},
    {0}};
