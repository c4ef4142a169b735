/* number_soak COUNT SEED: prints and reads COUNT random doubles, and as many random texts, and compares with the C
 * library. */
#include "number_check.h"

static uint64_t failed;

static void tell(const char *claim, double v, const char *text)
{
    if (claim && ++failed <= 20)
        printf("FAILED %s: %a %s\n", claim, v, text);
}

static void check_one(uint64_t i, uint64_t *state)
{
    char text[1100];
    double v = random_double(state);
    tell(check_print(v), v, "");
    random_digits(state, i % 64 ? 24 : 900, text);
    tell(check_parse(text), 0, text);
    if (i % 16 == 0)
        tell(check_round12(v), v, "");
    if (i % 1024 == 0) {
        halfway(v, text);
        tell(check_parse(text), v, text);
    }
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "number_soak COUNT SEED\n");
        return 2;
    }
    uint64_t count = strtoull(argv[1], NULL, 10), state = strtoull(argv[2], NULL, 10);
    for (uint64_t i = 0; i < count; i++)
        check_one(i, &state);
    printf("figure: of %llu random doubles and as many texts, %llu wrong\n", (unsigned long long)count,
           (unsigned long long)failed);
    return failed != 0;
}
