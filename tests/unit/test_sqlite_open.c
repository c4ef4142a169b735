/* Every file that is no store, and every place where one can lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/store.h"

#define WAIT_MS 50
#define NOBODY 65534 /* root may write everything: what is about rights runs as this user */

static char folder[64];
static bip_error err;

static const char *in_folder(const char *name)
{
    static char paths[4][sizeof folder + 257]; /* a name has at most 255 bytes */
    static unsigned next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/bip-open-XXXXXX");
    memset(&err, 0, sizeof err);
    return mkdtemp(folder) ? 0 : -1;
}

/* Names in the folder, except . and .. */
static int count_files(void)
{
    DIR *d = opendir(folder);
    int n = 0;

    while (d && readdir(d))
        n++;
    if (d)
        closedir(d);
    return n - 2;
}

static int tear_down(void **state)
{
    DIR *d;

    (void)state;
    chmod(folder, 0700);
    d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d));)
        if (remove(in_folder(e->d_name)) != 0)
            continue; /* . and .. */
    if (d)
        closedir(d);
    return rmdir(folder);
}

static void write_file(const char *path, const char *bytes, size_t n)
{
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    fclose(f);
}

static char *read_file(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    char *bytes = malloc(1 << 20);

    assert_non_null(f);
    assert_non_null(bytes);
    *n = fread(bytes, 1, 1 << 20, f);
    fclose(f);
    return bytes;
}

static bip_status open_store(const char *path, bool writable, bip__storage **out)
{
    return bip__sqlite_open(path, false, writable, WAIT_MS, out, &err);
}

static void make_store(const char *path)
{
    bip__storage *s;
    int32_t n;

    assert_int_equal(bip__sqlite_open(path, true, true, WAIT_MS, &s, &err), BIP_OK);
    assert_int_equal(s->api->begin(s, &err), BIP_OK);
    assert_int_equal(s->api->persons_add(s, &(const char *){"P-001"}, 1, &n, &err), BIP_OK);
    assert_int_equal(s->api->commit(s, &err), BIP_OK);
    s->api->close(s);
}

static void run_sql(const char *path, const char *sql)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* For reading and for writing: the status, a place and a reason; not a byte and not a file more or less. */
static void assert_refused(const char *path, bip_status expected, const char *reason)
{
    size_t before_n, after_n;
    char *before = read_file(path, &before_n), *after;
    int files = count_files();

    for (int writable = 0; writable < 2; writable++) {
        bip__storage *s = (bip__storage *)&err;
        assert_int_equal(open_store(path, writable, &s), expected);
        assert_null(s);
        assert_string_equal(err.where, path);
        if (!strstr(err.message, reason))
            fail_msg("\"%s\" lacks \"%s\"", err.message, reason);
        after = read_file(path, &after_n);
        assert_int_equal(after_n, before_n);
        assert_memory_equal(after, before, before_n);
        assert_int_equal(count_files(), files);
        free(after);
    }
    free(before);
}

static void test_sqlite_open__refuses_a_text_file(void **state)
{
    static const char begins_well[] = "SQLite format 3\0but goes on as a letter would, for more than a hundred bytes, "
                                      "which is where the header of a database ends and its first page begins.";
    const char *path = in_folder("letter.txt");
    char *long_text = malloc(10000);

    (void)state;
    assert_non_null(long_text);
    memset(long_text, 'x', 10000);
    write_file(path, "x", 1);
    assert_refused(path, BIP_E_FORMAT, "not a store");
    write_file(path, long_text, 511);
    assert_refused(path, BIP_E_FORMAT, "not a store");
    write_file(path, long_text, 10000);
    assert_refused(path, BIP_E_FORMAT, "not a store");
    write_file(path, begins_well, sizeof begins_well);
    assert_refused(path, BIP_E_FORMAT, "not a store");
    free(long_text);
}

static void test_sqlite_open__refuses_an_empty_file(void **state)
{
    const char *path = in_folder("empty");

    (void)state;
    write_file(path, "", 0);
    assert_refused(path, BIP_E_FORMAT, "empty");
}

static void test_sqlite_open__refuses_what_is_no_file(void **state)
{
    const char *fifo = in_folder("fifo");
    bip__storage *s;

    (void)state;
    assert_int_equal(open_store(folder, false, &s), BIP_E_FORMAT);
    assert_non_null(strstr(err.message, "directory"));
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_int_equal(open_store(fifo, false, &s), BIP_E_FORMAT); /* and doesn't wait for a writer */
    assert_null(s);
}

static void test_sqlite_open__does_not_make_a_missing_file(void **state)
{
    bip__storage *s;

    (void)state;
    assert_int_equal(open_store(in_folder("none"), true, &s), BIP_E_NOT_FOUND);
    assert_int_equal(open_store(in_folder("none/none"), true, &s), BIP_E_NOT_FOUND);
    assert_int_equal(open_store("", true, &s), BIP_E_NOT_FOUND);
    assert_int_equal(count_files(), 0);
    assert_int_equal(open_store(":memory:", true, &s), BIP_E_USAGE);
}

static void test_sqlite_open__refuses_another_programs_database(void **state)
{
    const char *path = in_folder("other.db");

    (void)state;
    run_sql(path, "CREATE TABLE t(a); PRAGMA user_version = 1");
    assert_refused(path, BIP_E_FORMAT, "not a store");
    run_sql(path, "PRAGMA application_id = 77; PRAGMA journal_mode = WAL");
    assert_refused(path, BIP_E_FORMAT, "another program");
}

static void test_sqlite_open__leaves_a_newer_store_untouched(void **state)
{
    const char *path = in_folder("a.bip");

    (void)state;
    make_store(path);
    run_sql(path, "PRAGMA user_version = 2");
    assert_refused(path, BIP_E_TOO_NEW, "version 2");
    run_sql(path, "PRAGMA user_version = 0");
    assert_refused(path, BIP_E_FORMAT, "no finished store");
}

static void test_sqlite_open__refuses_half_a_file(void **state)
{
    static const size_t kept[] = {100, 300, 512, 1000, 4096, 5000, 3 * 4096};
    const char *path = in_folder("a.bip");
    size_t n;
    char *bytes;
    bip__storage *s;

    (void)state;
    make_store(path);
    bytes = read_file(path, &n);
    assert_true(n > 4 * 4096 && n % 4096 == 0);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        write_file(path, bytes, kept[i]);
        assert_refused(path, BIP_E_CORRUPT, "damaged");
    }
    write_file(path, bytes, n / 2);
    assert_refused(path, BIP_E_CORRUPT, "damaged");
    write_file(path, bytes, n - 1);
    assert_refused(path, BIP_E_CORRUPT, "damaged");
    write_file(path, bytes, n);
    assert_int_equal(open_store(path, true, &s), BIP_OK);
    s->api->close(s);
    free(bytes);
}

/* ------------------------------------------------------------------------------------------------------------ making
 */

static void test_sqlite_open__makes_a_private_file_and_leaves_nothing_beside_it(void **state)
{
    const char *path = in_folder("a.bip");
    struct stat info;

    (void)state;
    make_store(path);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(count_files(), 1);
}

static void test_sqlite_open__never_makes_a_store_over_anything(void **state)
{
    const char *path = in_folder("a.bip"), *link = in_folder("link");
    bip__storage *s;
    size_t n;
    char *bytes;

    (void)state;
    write_file(path, "mine", 4);
    assert_int_equal(bip__sqlite_open(path, true, true, WAIT_MS, &s, &err), BIP_E_CONFLICT);
    assert_null(s);
    bytes = read_file(path, &n);
    assert_int_equal(n, 4);
    free(bytes);
    assert_int_equal(bip__sqlite_open(folder, true, true, WAIT_MS, &s, &err), BIP_E_CONFLICT);
    assert_int_equal(symlink(in_folder("elsewhere"), link), 0);
    assert_int_equal(bip__sqlite_open(link, true, true, WAIT_MS, &s, &err), BIP_E_CONFLICT);
    assert_int_equal(bip__sqlite_open(in_folder("none/a"), true, true, WAIT_MS, &s, &err), BIP_E_IO);
    assert_int_equal(count_files(), 2);
}

static void test_sqlite_open__takes_any_path_for_a_path(void **state)
{
    static const char *const names[] = {"a b?mode=memory",  "x#y",        "100%41",
                                        "Åsa's \"store\";", "file:c.bip", ":memory:x"};
    bip__storage *s;
    int32_t n;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        make_store(in_folder(names[i]));
        assert_int_equal(count_files(), (int)i + 1);
        assert_int_equal(access(in_folder(names[i]), F_OK), 0);
        assert_int_equal(open_store(in_folder(names[i]), false, &s), BIP_OK);
        assert_int_equal(s->api->person_find(s, "P-001", &n, &err), BIP_OK);
        s->api->close(s);
    }
}

static void test_sqlite_open__takes_a_relative_path_that_looks_like_a_uri(void **state)
{
    char before[4096];
    bip__storage *s;
    bip_status st;

    (void)state;
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(folder), 0);
    st = bip__sqlite_open("file:a.bip?mode=memory", true, true, WAIT_MS, &s, &err);
    assert_int_equal(chdir(before), 0);
    assert_int_equal(st, BIP_OK);
    assert_int_equal(access(in_folder("file:a.bip?mode=memory"), F_OK), 0);
    s->api->close(s);
}

/* --------------------------------------------------------------------------------------------------- in another
 * process
 */

/* What a function answers in a child: as nobody where this is root. */
static int in_child(int (*f)(const char *path), const char *path, bool as_nobody)
{
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        if (as_nobody && getuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
            _exit(120);
        _exit(f(path));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int open_for_reading(const char *path)
{
    bip__storage *s;
    int32_t n;
    bip_status st = open_store(path, false, &s);

    if (st == BIP_OK) {
        st = s->api->person_find(s, "P-001", &n, &err);
        s->api->close(s);
    }
    return (int)st;
}

static int open_for_writing(const char *path)
{
    bip__storage *s;
    bip_status st = open_store(path, true, &s);

    if (st == BIP_OK)
        s->api->close(s);
    return (int)st;
}

static int begin_a_change(const char *path)
{
    bip__storage *s;
    bip_status st = open_store(path, true, &s);

    if (st == BIP_OK)
        st = s->api->begin(s, &err);
    return (int)st;
}

static int end_abruptly(const char *path)
{
    bip__storage *s;
    int32_t n;

    if (open_store(path, true, &s) != BIP_OK || s->api->begin(s, &err) != BIP_OK ||
        s->api->persons_add(s, &(const char *){"P-002"}, 1, &n, &err) != BIP_OK || s->api->commit(s, &err) != BIP_OK ||
        s->api->begin(s, &err) != BIP_OK || s->api->persons_add(s, &(const char *){"P-003"}, 1, &n, &err) != BIP_OK)
        return 1;
    _exit(0); /* without closing: the -wal file holds all of it */
}

static int make_in_little_room(const char *path)
{
    const struct rlimit limit = {20000, 20000};
    bip__storage *s;
    bip_status st;

    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 121;
    st = bip__sqlite_open(path, true, true, WAIT_MS, &s, &err);
    return s ? 122 : (int)st;
}

static void test_sqlite_open__removes_a_store_that_could_not_be_made(void **state)
{
    (void)state;
    assert_int_equal(in_child(make_in_little_room, in_folder("a.bip"), false), BIP_E_IO);
    assert_int_equal(count_files(), 0);
}

static void test_sqlite_open__says_when_a_file_may_not_be_read(void **state)
{
    const char *path = in_folder("a.bip");

    (void)state;
    make_store(path);
    assert_int_equal(chmod(folder, 0777), 0);
    assert_int_equal(chmod(path, 0), 0);
    if (getuid() == 0)
        assert_int_equal(chown(path, 0, 0), 0);
    assert_int_equal(in_child(open_for_reading, path, true), BIP_E_IO);
    assert_int_equal(in_child(open_for_writing, path, true), BIP_E_IO);
    assert_int_equal(count_files(), 1);
}

static void test_sqlite_open__tells_no_right_to_look_from_a_file_that_is_no_store(void **state)
{
    const char *path = in_folder("a.bip");

    (void)state;
    make_store(path);
    assert_int_equal(chmod(folder, 0), 0);
    assert_int_equal(in_child(open_for_reading, path, true), BIP_E_IO);
    assert_int_equal(chmod(folder, 0700), 0);
    assert_int_equal(in_child(open_for_reading, path, false), BIP_OK);
}

static void test_sqlite_open__reads_a_file_that_can_only_be_read(void **state)
{
    const char *path = in_folder("a.bip");

    (void)state;
    make_store(path);
    assert_int_equal(chmod(folder, 0777), 0);
    assert_int_equal(chmod(path, 0444), 0);
    assert_int_equal(in_child(open_for_reading, path, true), BIP_OK);
    assert_int_equal(in_child(open_for_writing, path, true), BIP_E_IO);
}

static void test_sqlite_open__reads_from_a_folder_that_can_only_be_read(void **state)
{
    const char *path = in_folder("a.bip");

    (void)state;
    make_store(path);
    assert_int_equal(chmod(path, 0444), 0);
    assert_int_equal(chmod(folder, 0555), 0);
    assert_int_equal(in_child(open_for_reading, path, true), BIP_OK);
    assert_int_equal(in_child(open_for_writing, path, true), BIP_E_IO);
    assert_int_equal(count_files(), 1);
}

static void test_sqlite_open__does_not_read_past_changes_it_can_not_reach(void **state)
{
    const char *path = in_folder("a.bip");

    (void)state;
    make_store(path);
    assert_int_equal(in_child(end_abruptly, path, false), 0);
    assert_int_equal(remove(in_folder("a.bip-shm")), 0);
    assert_int_equal(chmod(path, 0444), 0);
    assert_int_equal(chmod(in_folder("a.bip-wal"), 0444), 0);
    assert_int_equal(chmod(folder, 0555), 0);
    assert_int_equal(in_child(open_for_reading, path, true), BIP_E_IO);
}

static void test_sqlite_open__finds_what_was_committed_before_a_crash_and_nothing_else(void **state)
{
    const char *path = in_folder("a.bip");
    bip__storage *s;
    int32_t n;

    (void)state;
    make_store(path);
    assert_int_equal(in_child(end_abruptly, path, false), 0);
    assert_int_equal(open_store(path, false, &s), BIP_OK);
    assert_int_equal(s->api->person_find(s, "P-002", &n, &err), BIP_OK);
    assert_int_equal(s->api->person_find(s, "P-003", &n, &err), BIP_E_NOT_FOUND);
    s->api->close(s);
}

static void test_sqlite_open__opening_again_keeps_the_locks_of_this_process(void **state)
{
    const char *path = in_folder("a.bip");
    bip__storage *writer, *reader;

    (void)state;
    make_store(path);
    assert_int_equal(open_store(path, true, &writer), BIP_OK);
    assert_int_equal(writer->api->begin(writer, &err), BIP_OK);
    assert_int_equal(open_store(path, false, &reader), BIP_OK);
    reader->api->close(reader);
    assert_int_equal(in_child(begin_a_change, path, false), BIP_E_BUSY);
    writer->api->rollback(writer);
    assert_int_equal(in_child(begin_a_change, path, false), BIP_OK);
    writer->api->close(writer);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(test_sqlite_open__refuses_a_text_file),
        T(test_sqlite_open__refuses_an_empty_file),
        T(test_sqlite_open__refuses_what_is_no_file),
        T(test_sqlite_open__does_not_make_a_missing_file),
        T(test_sqlite_open__refuses_another_programs_database),
        T(test_sqlite_open__leaves_a_newer_store_untouched),
        T(test_sqlite_open__refuses_half_a_file),
        T(test_sqlite_open__makes_a_private_file_and_leaves_nothing_beside_it),
        T(test_sqlite_open__never_makes_a_store_over_anything),
        T(test_sqlite_open__takes_any_path_for_a_path),
        T(test_sqlite_open__takes_a_relative_path_that_looks_like_a_uri),
        T(test_sqlite_open__removes_a_store_that_could_not_be_made),
        T(test_sqlite_open__says_when_a_file_may_not_be_read),
        T(test_sqlite_open__tells_no_right_to_look_from_a_file_that_is_no_store),
        T(test_sqlite_open__reads_a_file_that_can_only_be_read),
        T(test_sqlite_open__reads_from_a_folder_that_can_only_be_read),
        T(test_sqlite_open__does_not_read_past_changes_it_can_not_reach),
        T(test_sqlite_open__finds_what_was_committed_before_a_crash_and_nothing_else),
        T(test_sqlite_open__opening_again_keeps_the_locks_of_this_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
