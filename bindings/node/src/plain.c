/* What needs no store: dates, versions, statuses, checking an instrument. */
#include "addon.h"

#include <stdio.h>

struct values {
    const char *text;
    bip_date date;
    int32_t status;
    size_t n;
    char answer[1024];
};

static bool date_parse_take(job *j, const napi_value *args)
{
    struct values *in = j->in;
    return bip_node_take_text(j, args[0], "date", &in->text);
}

static bip_status date_parse_run(job *j)
{
    struct values *in = j->in;
    return bip_date_parse(in->text, &in->date, &j->err);
}

static napi_value date_parse_give(job *j)
{
    struct values *in = j->in;
    return bip_node_number(j->env, in->date);
}

static bool date_format_take(job *j, const napi_value *args)
{
    struct values *in = j->in;
    in->date = BIP_NO_DATE;
    return bip_node_int32(j->env, args[0], "days", &in->date);
}

static bip_status date_format_run(job *j)
{
    struct values *in = j->in;
    bip_date_format(in->date, in->answer);
    return BIP_OK;
}

static napi_value text_give(job *j)
{
    struct values *in = j->in;
    return bip_node_string(j->env, in->answer);
}

static bip_status version_run(job *j)
{
    struct values *in = j->in;
    snprintf(in->answer, sizeof in->answer, "%s", bip_version());
    return BIP_OK;
}

static bip_status versions_run(job *j)
{
    struct values *in = j->in;
    bip_versions(in->answer, sizeof in->answer);
    return BIP_OK;
}

static bool status_take(job *j, const napi_value *args)
{
    struct values *in = j->in;
    return bip_node_int32(j->env, args[0], "status", &in->status);
}

static bip_status status_code_run(job *j)
{
    struct values *in = j->in;
    snprintf(in->answer, sizeof in->answer, "%s", bip_status_code((bip_status)in->status));
    return BIP_OK;
}

static bip_status status_text_run(job *j)
{
    struct values *in = j->in;
    snprintf(in->answer, sizeof in->answer, "%s", bip_status_text((bip_status)in->status));
    return BIP_OK;
}

static bool check_take(job *j, const napi_value *args)
{
    struct values *in = j->in;
    return bip_node_bytes(j, args[0], "json", &in->text, &in->n);
}

static bip_status check_run(job *j)
{
    struct values *in = j->in;
    return bip_instrument_check(in->text, in->n, &j->err);
}

const op bip_node_value_ops[] = {
    {"parseDate", sizeof(struct values), date_parse_take, date_parse_run, date_parse_give, NULL},
    {"formatDate", sizeof(struct values), date_format_take, date_format_run, text_give, NULL},
    {"version", sizeof(struct values), NULL, version_run, text_give, NULL},
    {"versions", sizeof(struct values), NULL, versions_run, text_give, NULL},
    {"statusCode", sizeof(struct values), status_take, status_code_run, text_give, NULL},
    {"statusText", sizeof(struct values), status_take, status_text_run, text_give, NULL},
    {"checkInstrument", sizeof(struct values), check_take, check_run, NULL, NULL},
    {0}};
