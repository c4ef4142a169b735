#include "base/alloc.h"
#include "progress/progress.h"

#define ALONE SIZE_MAX /* no partner yet */

typedef struct matching {
    const bip_date *a, *b;
    size_t na, nb, found;
    size_t *partner_of_a, *partner_of_b;
} matching;

/* The first of b at or after a day, on from where the last search ended. */
static bool still_alone(const matching *m, size_t *at, int64_t day)
{
    while (*at < m->nb && m->b[*at] < day)
        (*at)++;
    return *at < m->nb && m->b[*at] == day && m->partner_of_b[*at] == ALONE;
}

/* Pair what stands exactly so many days apart: the earlier a first, and for it the earlier b. */
static void match_at(matching *m, int64_t distance)
{
    size_t before = 0, after = 0;

    for (size_t i = 0; i < m->na; i++) {
        size_t *at = NULL;

        if (m->partner_of_a[i] != ALONE)
            continue;
        if (still_alone(m, &before, m->a[i] - distance))
            at = &before;
        else if (still_alone(m, &after, m->a[i] + distance))
            at = &after;
        if (!at)
            continue;
        m->partner_of_a[i] = *at;
        m->partner_of_b[*at] = i;
        m->found++;
    }
}

/* No two dates of a and b are farther apart than this, so a careless pair_days costs nothing. */
static int64_t farthest(const matching *m)
{
    int64_t forth = (int64_t)m->b[m->nb - 1] - m->a[0], back = (int64_t)m->a[m->na - 1] - m->b[0];

    return forth > back ? forth : back;
}

static void match(matching *m, int pair_days)
{
    size_t room = m->na < m->nb ? m->na : m->nb;
    int64_t last = farthest(m);

    if (last > pair_days)
        last = pair_days;
    for (size_t i = 0; i < m->na + m->nb; i++)
        m->partner_of_a[i] = ALONE; /* partner_of_b follows in the same block */
    /* Distances in rising order are the order of the contract without sorting the candidates. */
    for (int64_t distance = 0; distance <= last && m->found < room; distance++)
        match_at(m, distance);
}

bip_status bip__pairs_find(const bip_date *a, size_t na, const bip_date *b, size_t nb, int pair_days, bip__pair *pairs,
                           size_t *n, bip_error *err)
{
    matching m = {.a = a, .b = b, .na = na, .nb = nb};

    *n = 0;
    if (na == 0 || nb == 0)
        return BIP_OK;
    if (na > SIZE_MAX / sizeof *m.partner_of_a - nb)
        return bip__nomem(err);
    m.partner_of_a = bip__alloc((na + nb) * sizeof *m.partner_of_a);
    if (!m.partner_of_a)
        return bip__nomem(err);
    m.partner_of_b = m.partner_of_a + na;
    match(&m, pair_days);
    for (size_t i = 0; i < na; i++)
        if (m.partner_of_a[i] != ALONE)
            pairs[(*n)++] = (bip__pair){i, m.partner_of_a[i]};
    bip__free(m.partner_of_a);
    return BIP_OK;
}
