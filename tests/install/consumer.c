/* What a developer at a vendor writes first: the statistics alone, then a store. Fails where a figure isn't as told. */
#include <bip.h>

#include <stdio.h>
#include <string.h>

static int statistics(void)
{
    static const bip_date days[] = {20332, 20423, 20514};
    static const double scores[] = {2, 2, 3};
    bip_series_rules rules;
    bip_series series;

    bip_series_rules_init(&rules, sizeof rules);
    rules.scale_min = 1;
    rules.scale_max = 5;
    rules.smallest_step = 1;
    if (bip_series_compute(days, scores, NULL, 3, &rules, &series, sizeof series, NULL) != BIP_OK)
        return 0;
    return series.n == 3 && series.steps_forward == 1 && series.steps_back == 0;
}

int main(void)
{
    bip_store *store = NULL;

    if (strcmp(bip_version(), EXPECTED_VERSION) != 0 || !statistics())
        return 1;
    /* Reaches SQLite, which a static build has to have found. */
    if (bip_store_open("/nonexistent/team.bip", NULL, &store, NULL) == BIP_OK || store)
        return 1;
    puts("consumer works");
    return 0;
}
