/*
 * How long a picture takes, and whether drawing many of them needs more memory than drawing a few.
 *
 *     bench_draw [ROUNDS]
 *
 * A spider of 11 axes and three layers, and a timeline of 11 panels of eight days. Rounds of 100 pictures are timed by
 * themselves; the fastest says what the work takes, the median what it took on this machine with all else it was doing.
 */
#include "bip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { AXES = 11, LAYERS = 3, DAYS = 8, BATCH = 100 };

typedef struct material {
    bip_axis axes[AXES];
    bip_layer layers[LAYERS];
    bip_score scores[LAYERS][AXES];
    bip_panel panels[AXES];
    bip_series_rules rules;
    bip_date days[DAYS];
    bip_score courses[AXES][DAYS];
    bip_picture picture;
    size_t bytes;
} material;

static const char *const titles[AXES] = {"Jobbsökarbeteende",
                                         "Kunskap om arbetsmarknaden",
                                         "Hälsa och hantering av hälsan",
                                         "Samarbetsförmåga",
                                         "Målmedvetenhet",
                                         "Tilltro till att klara ett arbete",
                                         "Handläggarens tilltro",
                                         "Vardagshantering",
                                         "Stöd från nätverket",
                                         "Arbetsidentitet",
                                         "Yrkeskunskaper"};

static void fill_spider(material *m)
{
    static const int32_t kinds[LAYERS] = {BIP_LAYER_LATEST, BIP_LAYER_LATEST, BIP_LAYER_FIRST};
    static const char *const views[LAYERS] = {"Deltagare", "Handläggare", "Deltagare"};

    for (int a = 0; a < AXES; a++) {
        m->axes[a] =
            (bip_axis){.size = sizeof(bip_axis), .title = titles[a], .scale_min = 1, .scale_max = 5, .step = 1};
        for (int l = 0; l < LAYERS; l++)
            m->scores[l][a] = (bip_score){1 + (a * 7 + l * 3) % 5, (a + l) % 9 == 8 ? BIP_DECLINED : BIP_NUMBER, 0};
    }
    for (int l = 0; l < LAYERS; l++)
        m->layers[l] = (bip_layer){.size = sizeof(bip_layer),
                                   .respondent = views[l],
                                   .date = 20400 - 90 * l,
                                   .kind = kinds[l],
                                   .scores = m->scores[l]};
}

static void fill_timeline(material *m)
{
    bip_series_rules_init(&m->rules, sizeof m->rules);
    m->rules.scale_min = m->rules.smallest_step = 1;
    m->rules.scale_max = 5;
    for (int d = 0; d < DAYS; d++)
        m->days[d] = 20000 + 91 * d;
    for (int p = 0; p < AXES; p++) {
        for (int d = 0; d < DAYS; d++)
            m->courses[p][d] = (bip_score){1 + (p + d / 2) % 5, BIP_NUMBER, 0};
        m->panels[p] = (bip_panel){.size = sizeof(bip_panel),
                                   .title = titles[p],
                                   .rules = &m->rules,
                                   .days = m->days,
                                   .scores = m->courses[p],
                                   .n = DAYS};
    }
}

static int count(void *ctx, const char *bytes, size_t n)
{
    material *m = ctx;

    (void)bytes;
    m->bytes += n;
    return 0;
}

static bip_status draw_spider(material *m)
{
    return bip_spider(m->axes, AXES, m->layers, LAYERS, &m->picture, count, m, NULL);
}

static bip_status draw_timeline(material *m)
{
    return bip_timeline(m->panels, AXES, &m->picture, count, m, NULL);
}

static double now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static long resident_kib(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static int measure(const char *what, bip_status (*draw)(material *), material *m, int rounds)
{
    double *took = malloc((size_t)rounds * sizeof *took);
    long before = 0;

    m->bytes = 0;
    for (int r = 0; took != NULL && r < rounds; r++) {
        double start = now_us();
        for (int i = 0; i < BATCH; i++)
            if (draw(m) != BIP_OK)
                return 1;
        took[r] = (now_us() - start) / BATCH;
        if (r == rounds / 10)
            before = resident_kib();
    }
    if (took == NULL)
        return 1;
    qsort(took, (size_t)rounds, sizeof *took, by_size);
    printf("figure: %s: %.1f us at best, %.1f us in the middle, %zu bytes, memory grew by %ld KiB over %d pictures\n",
           what, took[0], took[rounds / 2], m->bytes / ((size_t)rounds * BATCH), resident_kib() - before,
           rounds * BATCH);
    free(took);
    return 0;
}

int main(int argc, char **argv)
{
    static material m;
    int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 100;

    if (rounds < 1)
        return 2;
    bip_picture_init(&m.picture, sizeof m.picture);
    m.picture.lang = "sv";
    m.picture.title = "Progression mot arbete";
    fill_spider(&m);
    fill_timeline(&m);
    return measure("spider of 11 axes and 3 layers", draw_spider, &m, rounds) ||
           measure("timeline of 11 panels of 8 days", draw_timeline, &m, rounds);
}
