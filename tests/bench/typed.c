/* Walks the progression of everybody through the typed cursor and prints sums for others to agree with:
 *     typed STORE                                                                                              */
#include "bip.h"

#include <math.h>
#include <stdio.h>

typedef struct sums {
    long long series, scores, s;
    double slopes, theil_sen;
} sums;

static void add(sums *all, const bip_series *one)
{
    all->series++;
    all->scores += one->n;
    all->s += one->mk_s; /* 0 below n = 4 */
    if (!isnan(one->ols_per_90_days))
        all->slopes += one->ols_per_90_days;
    if (!isnan(one->ts_per_90_days))
        all->theil_sen += one->ts_per_90_days;
}

static bip_status walk(bip_store *store, sums *all, bip_error *err)
{
    const bip_series *one;
    bip_cursor *cursor;
    bip_status st = bip_progression(store, NULL, &cursor, err);
    if (st != BIP_OK)
        return st;
    while ((st = bip_series_next(cursor, &one, err)) == BIP_OK)
        add(all, one);
    bip_cursor_close(cursor);
    return st;
}

int main(int argc, char **argv)
{
    bip_error err = {0};
    bip_store *store = NULL;
    sums all = {0};
    bip_status st = argc == 2 ? bip_store_open(argv[1], NULL, &store, &err) : BIP_E_USAGE;
    if (st == BIP_OK)
        st = walk(store, &all, &err);
    bip_store_close(store);
    if (st != BIP_DONE) {
        fprintf(stderr, "typed: %s\n", err.message);
        return 1;
    }
    printf("{\"series\": %lld, \"scores\": %lld, \"s\": %lld, \"slopes\": %.12g, \"theil_sen\": %.12g}\n", all.series,
           all.scores, all.s, all.slopes, all.theil_sen);
    return 0;
}
