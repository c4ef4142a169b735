/* Records single assessments of one participant for some seconds, as fast as it can, while others do the same.
 *     recorder STORE PARTICIPANT SECONDS                                                                     */
#include "nine_scores.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    bip_error err = {0};
    bip_open_options options;
    bip_store *store = NULL;
    int recorded = 0, refused = 0;
    double worst = 0;
    bip_open_options_init(&options, sizeof options);
    options.flags = BIP_OPEN_WRITE;
    char *rest = "";
    const long seconds = argc == 4 ? strtol(argv[3], &rest, 10) : 0;
    if (seconds < 1 || *rest != '\0') {
        fprintf(stderr, "recorder STORE NAME SECONDS\n");
        return 2;
    }
    if (bip_store_open(argv[1], &options, &store, &err) != BIP_OK) {
        fprintf(stderr, "recorder: %s\n", err.message);
        return 1;
    }
    for (const double end = now_s() + (double)seconds; now_s() < end;) {
        const double begin = now_s();
        if (record_nine(store, argv[2], recorded + refused, &err) == BIP_OK)
            recorded++;
        else
            refused++;
        if (now_s() - begin > worst)
            worst = now_s() - begin;
    }
    bip_store_close(store);
    printf("{\"recorded\": %d, \"refused\": %d, \"worst_ms\": %.0f}\n", recorded, refused, worst * 1e3);
    return 0;
}
