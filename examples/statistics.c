/* The statistics alone, for data that stay in a database of your own: arrays in, numbers and a sentence out. No store.
 */
#include "bip.h"

#include <math.h>
#include <stdio.h>

static int print(void *ctx, const char *bytes, size_t n)
{
    return fwrite(bytes, 1, n, ctx) == n ? 0 : -1;
}

int main(void)
{
    static const char *const text[] = {"2025-09-01", "2025-12-01", "2026-03-02", "2026-06-01", "2026-09-01"};
    static const double scores[] = {2, 2, 3, 3, 3};
    static const bip_label labels[] = {{2, "Hardly"}, {3, "In part"}};
    bip_date days[5];
    bip_series_rules rules;
    bip_sentence_words words = {
        .size = sizeof words, .lang = "en", .title = "Coping with everyday life", .labels = labels, .n_labels = 2};
    bip_series series;
    bip_error err;

    for (int i = 0; i < 5; i++)
        if (bip_date_parse(text[i], &days[i], &err) != BIP_OK)
            goto failed;

    /* A scale from 1 to 5 with whole steps. Without reliability and sd no reliable change is claimed. */
    bip_series_rules_init(&rules, sizeof rules);
    rules.scale_min = 1;
    rules.scale_max = 5;
    rules.smallest_step = 1;
    if (bip_series_compute(days, scores, NULL, 5, &rules, &series, sizeof series, &err) != BIP_OK)
        goto failed;

    printf("n %d, mean %.1f, sd %.3f\n", (int)series.n, series.mean, series.sd);
    printf("steps forward %d, back %d; the latest held for %d\n", (int)series.steps_forward, (int)series.steps_back,
           (int)series.held_for);
    printf("Mann-Kendall S %d, variance %.0f, p %.3f\n", (int)series.mk_s, series.mk_var_s, series.mk_p);
    printf("reliable change: %s\n", isnan(series.rci) ? "not known" : "known");

    if (bip_series_sentence(&series, &words, print, stdout, &err) != BIP_OK)
        goto failed;
    printf("\n");
    return 0;
failed:
    fprintf(stderr, "%s%s%s\n", err.where, err.where[0] ? ": " : "", err.message);
    return 1;
}
