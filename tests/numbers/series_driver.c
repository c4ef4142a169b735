/* Reads one series a line, writes what bip__series_numbers() says of it, one line each; for recompute.py.
 *
 * In:  BETTER SCALE_MIN SCALE_MAX SMALLEST_STEP RELIABILITY SD DAY SCORE RATER [DAY SCORE RATER ...]
 *      (BETTER 0 higher, 1 lower; numbers as C reads them, nan where not known)
 * Out: KEY=VALUE ..., doubles with 17 digits */
#include "progress/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 200000 };

typedef struct numbers {
    bip_date days[MOST];
    double scores[MOST];
    int32_t raters[MOST];
    size_t n;
} numbers;

static void read_series(char *line, bip_series_rules *rules, numbers *in)
{
    char *at = line;

    *rules = (bip_series_rules){.size = sizeof *rules, .better = (int32_t)strtol(at, &at, 10)};
    rules->scale_min = strtod(at, &at);
    rules->scale_max = strtod(at, &at);
    rules->smallest_step = strtod(at, &at);
    rules->reliability = strtod(at, &at);
    rules->sd = strtod(at, &at);
    for (in->n = 0; in->n < MOST && strspn(at, " \n") < strlen(at); in->n++) {
        in->days[in->n] = (bip_date)strtol(at, &at, 10);
        in->scores[in->n] = strtod(at, &at);
        in->raters[in->n] = (int32_t)strtol(at, &at, 10);
    }
}

static void print_point(const char *name, bip_point p)
{
    printf(" %s_date=%" PRId32 " %s_score=%.17g", name, p.date, name, p.score);
}

static void print_series(const bip_series *s)
{
    printf("n=%" PRId32 " span_days=%" PRId32 " mean=%.17g sd=%.17g", s->n, s->span_days, s->mean, s->sd);
    print_point("first", s->first);
    print_point("previous", s->previous);
    print_point("latest", s->latest);
    print_point("best", s->best);
    print_point("step_from", s->step_from);
    print_point("step_to", s->step_to);
    printf(" from_first=%.17g from_previous=%.17g percent_of_scale=%.17g", s->from_first, s->from_previous,
           s->percent_of_scale);
    printf(" ols_per_90_days=%.17g ols_at_first=%.17g ols_se_per_90_days=%.17g ols_r2=%.17g", s->ols_per_90_days,
           s->ols_at_first, s->ols_se_per_90_days, s->ols_r2);
    printf(" ts_per_90_days=%.17g ts_low=%.17g ts_high=%.17g", s->ts_per_90_days, s->ts_low, s->ts_high);
    printf(" mk_method=%" PRId32 " mk_s=%" PRId64 " mk_var_s=%.17g mk_z=%.17g mk_p=%.17g", s->mk_method, s->mk_s,
           s->mk_var_s, s->mk_z, s->mk_p);
    printf(" rci=%.17g rci_class=%" PRId32 " trend=%" PRId32, s->rci, s->rci_class, s->trend);
    printf(" steps_forward=%" PRId32 " steps_back=%" PRId32 " step=%" PRId32, s->steps_forward, s->steps_back, s->step);
    printf(" held_for=%" PRId32 " new_best=%" PRId32 " same_rater=%" PRId32, s->held_for, s->new_best, s->same_rater);
    printf(" direction=%" PRId32 " evidence=%" PRId32 "\n", s->direction, s->evidence);
}

int main(void)
{
    numbers *in = malloc(sizeof *in);
    bip__scratch scratch = {0};
    char *line = NULL;
    size_t room = 0;
    int status = in ? EXIT_SUCCESS : EXIT_FAILURE;

    while (status == EXIT_SUCCESS && getline(&line, &room, stdin) > 0) {
        bip_series_rules rules;
        bip_series series = {0};
        bip_error err;

        read_series(line, &rules, in);
        if (bip__series_numbers(&scratch, in->days, in->scores, in->raters, in->n, &rules, &series, &err) == BIP_OK) {
            print_series(&series);
        } else {
            fprintf(stderr, "%s\n", err.message);
            status = EXIT_FAILURE;
        }
    }
    bip__scratch_free(&scratch);
    free(line);
    free(in);
    return status;
}
