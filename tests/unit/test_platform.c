#define _XOPEN_SOURCE 700 /* mkdtemp, symlink, setenv */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/aside.h"
#include "base/date.h"
#include "base/platform.h"

static char folder[] = "/tmp/bip-platform-XXXXXX";

static const char *in_folder(const char *name)
{
    static char paths[4][128];
    static int next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return chdir("/") == 0 ? rmdir(folder) : -1; /* fails where a test left something behind */
}

static void test_platform__the_clock_is_in_milliseconds(void **state)
{
    (void)state;
    assert_true(bip__now_ms() > 1500000000000 && bip__now_ms() < 7300000000000); /* 2017 to 2201 */
}

static void test_platform__the_day_is_the_local_calendars(void **state)
{
    const int64_t ten = 1795255200000; /* 2026-11-21T10:00:00Z */
    const bip_date day = bip__date_from(2026, 11, 21);
    static const struct {
        const char *zone; /* POSIX: the hours are what is west of Greenwich */
        int first, last;  /* days against UTC at 00:00 and at 23:59 */
    } zones[] = {{"UTC0", 0, 0}, {"CET-1", 0, 1}, {"EAST-14", 0, 1}, {"WEST11", -1, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        setenv("TZ", zones[i].zone, 1);
        tzset();
        assert_int_equal(bip__local_day(ten - 10 * 3600000), day + zones[i].first);
        assert_int_equal(bip__local_day(ten + 14 * 3600000 - 1), day + zones[i].last);
    }
    setenv("TZ", "UTC0", 1);
    tzset();
    assert_int_equal(bip__local_day(0), 0);
    assert_int_equal(bip__local_day(-1), -1);
    unsetenv("TZ");
    tzset();
}

static void test_platform__a_clock_gone_mad_gives_no_valid_day(void **state)
{
    (void)state;
    assert_false(bip__date_valid(bip__local_day(INT64_MAX)));
    assert_false(bip__date_valid(bip__local_day(INT64_MIN)));
    assert_false(bip__date_valid(bip__local_day(INT64_C(1) << 56)));
}

static void test_platform__random_bytes_fill_the_whole(void **state)
{
    unsigned char a[1000] = {0}, b[1000] = {0};
    size_t zeroes = 0;

    (void)state;
    assert_int_equal(bip__random(a, sizeof a - 1), 0);
    assert_int_equal(bip__random(b, sizeof b - 1), 0);
    assert_memory_not_equal(a, b, 16);
    assert_memory_not_equal(a + 900, b + 900, 16);
    assert_int_equal(a[sizeof a - 1], 0);
    for (size_t i = 0; i < sizeof a; i++)
        zeroes += a[i] == 0;
    assert_in_range(zeroes, 0, 50); /* 4 are expected; 50 never happens */
    assert_int_equal(bip__random(a, 0), 0);
}

static void test_path__look_tells_what_is_there(void **state)
{
    int64_t size = -1;

    (void)state;
    assert_int_equal(bip__path_look("none", &size), BIP__PATH_NONE);
    assert_int_equal(size, 0);
    assert_int_equal(bip__path_look(folder, NULL), BIP__PATH_DIR);
    assert_int_equal(bip__path_look("/dev/null", &size), BIP__PATH_OTHER);
    assert_int_equal(bip__file_create_private("file"), 0);
    assert_int_equal(truncate("file", 5000000000), 0); /* sparse: more than 32 bits of size */
    assert_int_equal(bip__path_look("file", &size), BIP__PATH_FILE);
    assert_int_equal(size, 5000000000);
    assert_int_equal(bip__path_look("file/x", NULL), BIP__PATH_NONE);
    assert_true(bip__path_remove("file"));
}

static void test_path__a_loop_of_links_is_something(void **state)
{
    (void)state;
    assert_int_equal(symlink("loop", "loop"), 0);
    assert_int_equal(bip__path_look("loop", NULL), BIP__PATH_OTHER);
    assert_true(bip__path_remove("loop"));
}

static void test_path__a_name_that_no_file_can_have_is_not_there(void **state)
{
    char name[5000] = {0};

    (void)state;
    memset(name, 'n', 300);
    assert_int_equal(bip__path_look(name, NULL), BIP__PATH_NONE);
    assert_int_equal(bip__file_create_private(name), ENAMETOOLONG);
    memset(name, 'n', sizeof name - 1);
    assert_int_equal(bip__path_look(name, NULL), BIP__PATH_NONE);
    assert_null(bip__path_network(name));
    assert_false(bip__path_sync(name));
    bip__path_sweep(name);
}

/* Makes a folder of one who isn't root, as whom the caller goes on until back(). */
static bool away(char *own)
{
    bool root = geteuid() == 0;

    if (root)
        assert_int_equal(seteuid(65534), 0); /* root may read and write everything */
    assert_non_null(mkdtemp(own));
    return root;
}

static void back(bool root)
{
    if (root)
        assert_int_equal(seteuid(0), 0);
}

static void test_path__where_one_may_not_look_something_may_be(void **state)
{
    char own[] = "/tmp/bip-barred-XXXXXX", file[32];
    bool root = away(own);
    bip__path_kind there, there_or_not;

    (void)state;
    snprintf(file, sizeof file, "%s/file", own);
    assert_int_equal(chmod(own, 0), 0);
    there_or_not = bip__path_look(file, NULL);
    there = bip__path_look(own, NULL);
    assert_int_equal(rmdir(own), 0);
    back(root);
    assert_int_equal(there_or_not, BIP__PATH_BARRED);
    assert_int_equal(there, BIP__PATH_DIR);
}

static void test_path__making_a_file_takes_nothing_over(void **state)
{
    struct stat info;

    (void)state;
    assert_int_equal(bip__file_create_private("file"), 0);
    assert_int_equal(stat("file", &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(bip__file_create_private("file"), EEXIST);
    assert_int_equal(symlink("elsewhere", "link"), 0);
    assert_int_equal(bip__file_create_private("link"), EEXIST);
    assert_int_equal(bip__path_look("elsewhere", NULL), BIP__PATH_NONE);
    assert_int_equal(bip__file_create_private("none/file"), ENOENT);
    assert_int_equal(bip__file_create_private(folder), EEXIST);
    assert_true(bip__path_remove("link"));
    assert_true(bip__path_remove("file"));
}

static void test_path__removing_leaves_no_file_and_no_folder_behind(void **state)
{
    (void)state;
    assert_int_equal(bip__file_create_private("file"), 0);
    assert_true(bip__path_remove("file"));
    assert_int_equal(bip__path_look("file", NULL), BIP__PATH_NONE);
    assert_true(bip__path_remove("file"));
    assert_false(bip__path_remove(folder));
    assert_int_equal(bip__path_look(folder, NULL), BIP__PATH_DIR);
}

static void test_path__syncs_a_file_and_its_folder(void **state)
{
    (void)state;
    assert_int_equal(bip__file_create_private("file"), 0);
    assert_true(bip__path_sync("file"));
    assert_true(bip__path_sync(in_folder("file")));
    assert_false(bip__path_sync("none"));
    assert_true(bip__path_remove("file"));
}

static void test_path__a_folder_that_cannot_be_synced_is_said_so(void **state)
{
    char own[] = "/tmp/bip-sync-XXXXXX", file[32];
    bool root = away(own), whole, without_folder;

    (void)state;
    snprintf(file, sizeof file, "%s/file", own);
    assert_int_equal(bip__file_create_private(file), 0);
    whole = bip__path_sync(file);
    assert_int_equal(chmod(own, 0300), 0);
    without_folder = bip__path_sync(file);
    assert_true(bip__path_remove(file));
    assert_int_equal(rmdir(own), 0);
    back(root);
    assert_true(whole);
    assert_false(without_folder);
}

/* SQLite keeps its journals beside the file a link leads to. */
static void test_path__the_folder_of_a_link_is_that_of_its_file(void **state)
{
    char own[] = "/tmp/bip-link-XXXXXX", file[32], link[32];
    bool root = away(own), whole, without_folder;

    (void)state;
    snprintf(file, sizeof file, "%s/file", own);
    snprintf(link, sizeof link, "%s.link", own);
    assert_int_equal(bip__file_create_private(file), 0);
    assert_int_equal(symlink(file, link), 0);
    whole = bip__path_sync(link);
    assert_int_equal(chmod(own, 0300), 0);
    without_folder = bip__path_sync(link);
    assert_true(bip__path_remove(link));
    assert_true(bip__path_remove(file));
    assert_int_equal(rmdir(own), 0);
    back(root);
    assert_true(whole);
    assert_false(without_folder);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = bip__file_open(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

static void assert_file_holds(const char *path, const char *text)
{
    char found[64];
    FILE *file = bip__file_open(path, "rb");
    size_t n;

    assert_non_null(file);
    n = fread(found, 1, sizeof found - 1, file);
    found[n] = '\0';
    fclose(file);
    assert_string_equal(found, text);
}

static void test_path__replacing_takes_the_place_of_what_stood_there(void **state)
{
    (void)state;
    write_file("\xc3\xa5ldre", "old");
    write_file("new", "new");
    assert_int_equal(bip__path_replace("\xc3\xa5ldre", "new"), 0);
    assert_file_holds("\xc3\xa5ldre", "new");
    assert_int_equal(bip__path_look("new", NULL), BIP__PATH_NONE);
    assert_int_equal(bip__path_replace("other", "none"), ENOENT);
    assert_int_equal(bip__path_replace("other", "\xc3\xa5ldre"), 0); /* nothing stood there */
    assert_file_holds("other", "new");
    assert_true(bip__path_remove("other"));
}

static void test_path__a_name_is_only_given_where_nothing_stands(void **state)
{
    const char *path = strdup(in_folder("whole")), *by = strdup(in_folder("aside"));
    (void)state;
    write_file(path, "old");
    write_file(by, "new");
    assert_int_equal(bip__path_name(path, by), EEXIST);
    assert_file_holds(path, "old");
    assert_file_holds(by, "new");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(bip__path_name(path, by), 0);
    assert_file_holds(path, "new");
    assert_int_equal(access(by, F_OK), -1);
    unlink(path);
    free((char *)path);
    free((char *)by);
}

/* On a stick with FAT, say. A file that is another's can't be linked either, where the kernel protects links; where it
 * doesn't, the name is given in one step, which is as good. */
static void test_path__a_name_is_given_also_where_there_can_be_no_second_one(void **state)
{
    char own[] = "/tmp/bip-name-XXXXXX", path[32], by[32];
    bool root = away(own);
    int first, again;

    (void)state;
    snprintf(path, sizeof path, "%s/whole", own);
    snprintf(by, sizeof by, "%s/aside", own);
    back(root);
    write_file(by, "new");
    assert_int_equal(chmod(by, 0600), 0);
    if (root)
        assert_int_equal(seteuid(65534), 0);
    first = bip__path_name(path, by);
    again = bip__path_name(path, by);
    back(root);
    assert_int_equal(first, 0);
    assert_int_equal(again, EEXIST);
    assert_file_holds(path, "new");
    assert_int_equal(access(by, F_OK), -1);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(own), 0);
}

static void test_path__a_folder_that_stands_is_as_good_as_a_made_one(void **state)
{
    struct stat info;

    (void)state;
    assert_int_equal(bip__folder_create_private("own"), 0);
    assert_int_equal(stat("own", &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    assert_int_equal(chmod("own", 0750), 0);
    assert_int_equal(bip__folder_create_private("own"), 0);
    assert_int_equal(stat("own", &info), 0);
    assert_int_equal(info.st_mode & 0777, 0750); /* whoever made it knows why */
    assert_int_equal(rmdir("own"), 0);
    write_file("own", "");
    assert_int_equal(bip__folder_create_private("own"), EEXIST);
    assert_int_equal(bip__folder_create_private("none/own"), ENOENT);
    assert_true(bip__path_remove("own"));
}

static void test_path__what_has_no_disk_needs_none(void **state)
{
    (void)state;
    assert_true(bip__path_sync("/dev/null"));
}

static void test_file__early_writing_changes_neither_bytes_nor_errno(void **state)
{
    FILE *file = bip__file_open("early", "wb");

    (void)state;
    assert_non_null(file);
    assert_int_equal(fwrite("first", 1, 5, file), 5);
    errno = EDOM;
    bip__file_start_writing(file, 0, 5);
    assert_int_equal(errno, EDOM);
    assert_int_equal(fwrite(" last", 1, 5, file), 5);
    assert_int_equal(fclose(file), 0);
    assert_file_holds("early", "first last");
    assert_true(bip__path_remove("early"));
}

#ifdef __linux__
static void test_path__what_a_killed_program_left_aside_is_removed(void **state)
{
    static const char *const others[] = {"b.bip.tmp-0123456789abcde", "b.bip.tmp-0123456789abcdef0", "b.bip.tmp-notes",
                                         "bb.bip.tmp-0123456789abcdef", "b.bip"};
    char *path = strdup(in_folder("b.bip")), *left = bip__aside(path), *held = bip__aside(path);
    (void)state;
    write_file(left, "all that was recorded");
    write_file(held, "another program is at it");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        write_file(in_folder(others[i]), "");
    int hold = bip__file_hold(held);
    assert_true(hold >= 0);
    bip__path_sweep(path);
    assert_int_equal(access(left, F_OK), -1);
    assert_int_equal(access(held, F_OK), 0);
    bip__file_let_go(hold);
    bip__path_sweep(path);
    assert_int_equal(access(held, F_OK), -1);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_int_equal(unlink(in_folder(others[i])), 0);
    bip__free(left);
    bip__free(held);
    free(path);
}
#endif

static void test_path__what_a_link_leads_to_is_the_real_path(void **state)
{
    char *real, *missing;

    (void)state;
    write_file("file", "");
    assert_int_equal(symlink("file", "link"), 0);
    real = bip__path_real("link");
    missing = bip__path_real("none/such");
    assert_non_null(strrchr(real, '/'));
    assert_string_equal(strrchr(real, '/'), "/file");
    assert_string_equal(missing, "none/such");
    bip__free(real);
    bip__free(missing);
    assert_true(bip__path_remove("link"));
    assert_true(bip__path_remove("file"));
}

static void test_file__a_temporary_one_is_read_where_one_seeks(void **state)
{
    FILE *file = bip__file_temporary();
    char found[4] = "";

    (void)state;
    assert_non_null(file);
    assert_int_equal(bip__file_seek(file, 5000000000), 0); /* more than 32 bits */
    assert_int_equal(fwrite("end", 1, 3, file), 3);
    assert_int_equal(bip__file_seek(file, 0), 0);
    assert_int_equal(fwrite("one", 1, 3, file), 3);
    assert_int_equal(bip__file_seek(file, 5000000000), 0);
    assert_int_equal(fread(found, 1, 3, file), 3);
    assert_string_equal(found, "end");
    assert_int_equal(fclose(file), 0);
}

static void test_platform__an_empty_variable_is_one_that_is_not_set(void **state)
{
    char *value;

    (void)state;
    setenv("BIP_TEST", "v\xc3\xa4rde", 1);
    assert_int_equal(bip__environment("BIP_TEST", &value), BIP_OK);
    assert_string_equal(value, "v\xc3\xa4rde");
    bip__free(value);
    bip__alloc_fail_at(0, false);
    assert_int_equal(bip__environment("BIP_TEST", &value), BIP_E_NOMEM);
    assert_null(value);
    bip__alloc_fail_at(-1, false);
    setenv("BIP_TEST", "", 1);
    assert_int_equal(bip__environment("BIP_TEST", &value), BIP_OK);
    assert_null(value);
    unsetenv("BIP_TEST");
    assert_int_equal(bip__environment("BIP_TEST", &value), BIP_OK);
    assert_null(value);
}

static void test_platform__the_first_variable_that_is_set_names_the_locale(void **state)
{
    char locale[8];

    (void)state;
    setenv("LC_ALL", "", 1);
    setenv("LC_MESSAGES", "da_DK.UTF-8", 1);
    setenv("LANG", "sv_SE.UTF-8", 1);
    bip__user_locale(locale, sizeof locale);
    assert_string_equal(locale, "da_DK.U");
    setenv("LC_ALL", "sv", 1);
    bip__user_locale(locale, sizeof locale);
    assert_string_equal(locale, "sv");
    unsetenv("LC_ALL");
    unsetenv("LC_MESSAGES");
    unsetenv("LANG");
    bip__user_locale(locale, sizeof locale);
    assert_string_equal(locale, "");
}

static void test_platform__the_login_name_is_the_users_not_the_environments(void **state)
{
    const struct passwd *user = getpwuid(getuid());
    char name[64], small[2];

    (void)state;
    if (!user)
        skip();
    setenv("LOGNAME", "somebody-else", 1);
    setenv("USER", "somebody-else", 1);
    assert_ptr_equal(bip__login_name(name, sizeof name), name);
    assert_string_equal(name, user->pw_name);
    if (strlen(name) > 1)
        assert_null(bip__login_name(small, sizeof small)); /* cut short it would be another's */
}

/* In a process of a user who has no entry: which of the answers came, as a bit each. */
static int answers_without_an_entry(void)
{
    char name[64];
    const char *got;
    int bits = 0;

    if (setuid(61234) != 0 || getpwuid(61234))
        return 64;
    setenv("LOGNAME", "logname", 1);
    setenv("USER", "user", 1);
    got = bip__login_name(name, sizeof name);
    bits |= got && strcmp(got, "logname") == 0 ? 1 : 0;
    unsetenv("LOGNAME");
    got = bip__login_name(name, sizeof name);
    bits |= got && strcmp(got, "user") == 0 ? 2 : 0;
    unsetenv("USER");
    return bits | (bip__login_name(name, sizeof name) ? 0 : 4);
}

static void test_platform__the_environment_names_who_has_no_entry(void **state)
{
    int status;
    pid_t child;

    (void)state;
    if (geteuid() != 0)
        skip();
    child = fork();
    if (child == 0)
        _exit(answers_without_an_entry());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1 | 2 | 4);
}

static void test_platform__sleeps_no_shorter_than_told(void **state)
{
    struct timespec before, after;

    (void)state;
    clock_gettime(CLOCK_MONOTONIC, &before);
    assert_true(bip__sleep_ms(3) >= 3);
    assert_true(bip__sleep_ms(0) >= 0);
    bip__sleep_ms(-1);
    clock_gettime(CLOCK_MONOTONIC, &after);
    assert_true((after.tv_sec - before.tv_sec) * 1000000000L + after.tv_nsec - before.tv_nsec >= 3000000);
}

static void test_platform__a_terminal_is_told_from_a_file(void **state)
{
    int kept = dup(STDERR_FILENO);
    bool terminal;

    (void)state;
    assert_non_null(freopen("/dev/null", "w", stderr));
    terminal = bip__stderr_is_terminal();
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    close(kept);
    assert_false(terminal);
}

static void test_platform__knows_network_file_systems(void **state)
{
    static const uint32_t remote[] = {0x6969, 0x517B, 0xFF534D42, 0xFE534D42, 0x5346414F};
    static const uint32_t local[] = {0xEF53, 0x58465342, 0x9123683E, 0x01021994, 0x794C7630, 0x01021997, 0};
    (void)state;
    for (size_t i = 0; i < sizeof remote / sizeof *remote; i++)
        assert_non_null(bip__network_name(remote[i]));
    for (size_t i = 0; i < sizeof local / sizeof *local; i++)
        assert_null(bip__network_name(local[i]));
    assert_null(bip__path_network("/tmp/a.bip"));
    assert_null(bip__path_network("no/such/folder/a.bip"));
    assert_null(bip__path_network("/a.bip"));
    assert_null(bip__path_network("a.bip"));
}

static void test_platform__tells_a_network_drive_in_user_space_by_its_mount(void **state)
{
    static const char sshfs[] =
        "97 1 0:52 / /mnt/far rw,nosuid,nodev shared:9 - fuse.sshfs me@host:/home rw,user_id=0\n";
    static const char ntfs[] = "98 1 0:53 / /mnt/stick rw - fuse.ntfs-3g /dev/sdb1 rw\n";
    (void)state;
    assert_string_equal(bip__fuse_network(sshfs, 0, 52), "sshfs");
    assert_null(bip__fuse_network(sshfs, 0, 53)); /* another device */
    assert_null(bip__fuse_network(sshfs, 1, 52));
    assert_null(bip__fuse_network(ntfs, 0, 53));
    assert_null(bip__fuse_network("97 1 far - fuse.sshfs me@host:/home rw\n", 0, 52)); /* no device there */
    assert_null(bip__fuse_network("22 1 8:1 / / rw - ext4 /dev/sda1 rw\n", 8, 1));
    assert_null(bip__fuse_network("", 0, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_path__a_name_is_only_given_where_nothing_stands),
#ifdef __linux__
        cmocka_unit_test(test_path__what_a_killed_program_left_aside_is_removed),
#endif
        cmocka_unit_test(test_platform__knows_network_file_systems),
        cmocka_unit_test(test_platform__tells_a_network_drive_in_user_space_by_its_mount),
        cmocka_unit_test(test_platform__the_clock_is_in_milliseconds),
        cmocka_unit_test(test_platform__the_day_is_the_local_calendars),
        cmocka_unit_test(test_platform__a_clock_gone_mad_gives_no_valid_day),
        cmocka_unit_test(test_platform__random_bytes_fill_the_whole),
        cmocka_unit_test(test_path__look_tells_what_is_there),
        cmocka_unit_test(test_path__a_loop_of_links_is_something),
        cmocka_unit_test(test_path__a_name_that_no_file_can_have_is_not_there),
        cmocka_unit_test(test_path__where_one_may_not_look_something_may_be),
        cmocka_unit_test(test_path__making_a_file_takes_nothing_over),
        cmocka_unit_test(test_path__a_name_is_given_also_where_there_can_be_no_second_one),
        cmocka_unit_test(test_path__a_folder_that_stands_is_as_good_as_a_made_one),
        cmocka_unit_test(test_path__what_has_no_disk_needs_none),
        cmocka_unit_test(test_file__early_writing_changes_neither_bytes_nor_errno),
        cmocka_unit_test(test_path__removing_leaves_no_file_and_no_folder_behind),
        cmocka_unit_test(test_path__syncs_a_file_and_its_folder),
        cmocka_unit_test(test_path__a_folder_that_cannot_be_synced_is_said_so),
        cmocka_unit_test(test_path__the_folder_of_a_link_is_that_of_its_file),
        cmocka_unit_test(test_path__replacing_takes_the_place_of_what_stood_there),
        cmocka_unit_test(test_path__what_a_link_leads_to_is_the_real_path),
        cmocka_unit_test(test_file__a_temporary_one_is_read_where_one_seeks),
        cmocka_unit_test(test_platform__an_empty_variable_is_one_that_is_not_set),
        cmocka_unit_test(test_platform__the_first_variable_that_is_set_names_the_locale),
        cmocka_unit_test(test_platform__the_login_name_is_the_users_not_the_environments),
        cmocka_unit_test(test_platform__the_environment_names_who_has_no_entry),
        cmocka_unit_test(test_platform__sleeps_no_shorter_than_told),
        cmocka_unit_test(test_platform__a_terminal_is_told_from_a_file),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
