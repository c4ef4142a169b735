/* copies FOLDER FIRST SECOND local|global: two shared objects, each with a libbip of its own, in one process. They
 * record to one store in turn, read it and go on when the other is unloaded. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct part {
    void *object, *store;
    void *(*open)(const char *, int);
    int (*record)(void *, const char *, int);
    int (*read)(void *, size_t *);
    void (*close)(void *);
} part;

static void expect(int holds, const char *what)
{
    if (holds)
        return;
    printf("FAILED %s\n0 passed, 1 failed\n", what);
    exit(1);
}

/* C has no cast from an object to a function; POSIX says that the bytes are the same. */
static void find(const part *p, const char *name, void *function)
{
    void *symbol = dlsym(p->object, name);
    expect(symbol != NULL, name);
    memcpy(function, &symbol, sizeof symbol);
}

static void load(part *p, const char *object, int mode, const char *store, int create)
{
    p->object = dlopen(object, RTLD_NOW | mode);
    expect(p->object != NULL, "dlopen");
    find(p, "part_open", &p->open);
    find(p, "part_record", &p->record);
    find(p, "part_read", &p->read);
    find(p, "part_close", &p->close);
    p->store = p->open(store, create);
    expect(p->store != NULL, "each opens the store");
}

static void unload(part *p)
{
    p->close(p->store);
    dlclose(p->object);
}

int main(int argc, char **argv)
{
    enum { DAYS = 20 };
    char store[500];
    part first, second;
    size_t seen_by_first, seen_by_second;
    expect(argc == 5, "copies FOLDER FIRST SECOND local|global");
    int mode = strcmp(argv[4], "global") == 0 ? RTLD_GLOBAL : RTLD_LOCAL;
    snprintf(store, sizeof store, "%s/%s.bip", argv[1], argv[4]);
    load(&first, argv[2], mode, store, 1);
    load(&second, argv[3], mode, store, 0);
    for (int day = 0; day < DAYS; day++) {
        expect(first.record(first.store, "P1", day) == 0, "the first records");
        expect(second.record(second.store, "P2", day) == 0, "the second records");
    }
    expect(first.read(first.store, &seen_by_first) == 0 && second.read(second.store, &seen_by_second) == 0,
           "both read");
    expect(seen_by_first > 0 && seen_by_first == seen_by_second, "both read the same");
    unload(&first);
    expect(second.record(second.store, "P1", DAYS) == 0 && second.read(second.store, &seen_by_second) == 0,
           "the second goes on without the first");
    unload(&second);
    puts("1 passed, 0 failed");
    return 0;
}
