/* stack FOLDER: how much stack each deed takes, in a thread whose stack was painted before. A host's threads may have
 * little of it (musl's have 128 KiB, some of a JVM's less): bip.h says what is enough. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "deeds.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ENOUGH (48u << 10)        /* what bip.h says */
#define ENOUGH_NESTED (64u << 10) /* where groups of a pattern stand in one another */
#define GIVEN (1u << 20)          /* so that a call which takes more is told, not killed */
#define PAINT 0xA5
#define MOST_GROUPS 50 /* that a pattern may nest */

static unsigned char *stack;
static const deed *in_hand;
static bip_status went;

/* PCRE2 takes a piece of stack for each group that stands in another. */
static bip_status check_nested(void)
{
    static const char before[] = "{\"instrument\":\"x\",\"version\":\"1\",\"title\":{\"en\":\"X\"},\"respondents\":[{"
                                 "\"code\":\"p\",\"title\":{\"en\":\"P\"}}],\"scales\":[{\"code\":\"s\",\"min\":1,"
                                 "\"max\":5}],\"indicators\":[{\"code\":\"i\",\"title\":{\"en\":\"I\"},\"scale\":\"s\"}"
                                 "],\"participant_pattern\":\"";
    char json[sizeof before + 3 * MOST_GROUPS + 8];
    char *end = json + sizeof before - 1;
    memcpy(json, before, sizeof before);
    for (int i = 0; i < MOST_GROUPS; i++)
        *end++ = '(';
    *end++ = 'A';
    for (int i = 0; i < MOST_GROUPS; i++, end += 2)
        memcpy(end, ")*", 2);
    memcpy(end, "\"}", 2);
    return bip_instrument_check(json, (size_t)(end + 2 - json), &err);
}

static void *act(void *unused)
{
    (void)unused;
    went = in_hand != NULL ? do_deed(in_hand) : check_nested();
    return NULL;
}

static size_t taken(void)
{
    size_t untouched = 0;
    while (untouched < GIVEN && stack[untouched] == PAINT)
        untouched++;
    return GIVEN - untouched;
}

static size_t measure(const deed *d, const char *name)
{
    pthread_attr_t attr;
    pthread_t thread;
    memset(stack, PAINT, GIVEN);
    in_hand = d;
    if (pthread_attr_init(&attr) != 0 || pthread_attr_setstack(&attr, stack, GIVEN) != 0 ||
        pthread_create(&thread, &attr, act, NULL) != 0 || pthread_join(thread, NULL) != 0)
        die("no thread");
    pthread_attr_destroy(&attr);
    if (went != BIP_OK) {
        fprintf(stderr, "FAILED: %s: %s: %s\n", name, bip_status_code(went), err.message);
        exit(1);
    }
    const size_t n = taken();
    if (n > (d != NULL ? ENOUGH : ENOUGH_NESTED)) {
        fprintf(stderr, "FAILED: %s takes %zu bytes of stack\n", name, n);
        exit(1);
    }
    return n;
}

int main(int argc, char **argv)
{
    size_t most = 0, nested = 0;
    if (argc < 2)
        return 2;
    snprintf(path, sizeof path, "%s/store.bip", argv[1]);
    snprintf(other, sizeof other, "%s/other.bip", argv[1]);
    snprintf(source, sizeof source, "%s/source.bip", argv[1]);
    stack = mmap(NULL, GIVEN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack == MAP_FAILED)
        die("no memory");
    make_base();
    const text store = read_file(path), from = read_file(source);
    for (size_t i = 0; i <= n_deeds; i++) {
        const char *name = i < n_deeds ? deeds[i].name : "a nested pattern";
        remove_store(path);
        remove_store(other);
        write_file(path, store);
        write_file(source, from);
        const size_t n = measure(i < n_deeds ? &deeds[i] : NULL, name);
        most = i < n_deeds && n > most ? n : most;
        nested = n; /* the last one's */
    }
    free(store.s);
    free(from.s);
    free_base();
    printf("figure: bytes of stack at most: %zu; with a nested pattern: %zu\n", most, nested);
    printf("%zu passed, 0 failed\n", n_deeds + 1);
    return 0;
}
