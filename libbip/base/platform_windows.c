/* Windows 10 and later. Files get the access rights of the folder they are made in, as everything there does. */
#include "base/platform.h"

#include "base/alloc.h"
#include "base/date.h"
#include "base/utf16.h"

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <string.h>
#include <windows.h>

#include <bcrypt.h> /* wants windows.h before it */

#define EPOCH INT64_C(116444736000000000) /* 1970-01-01 by FILETIME: 100 ns since 1601 */
#define SHARE_ALL (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)

/* -------------------------------------------------------------------------------------------------------------- time
 */

int64_t bip__now_ms(void)
{
    FILETIME now;

    GetSystemTimePreciseAsFileTime(&now);
    return ((int64_t)(((uint64_t)now.dwHighDateTime << 32) | now.dwLowDateTime) - EPOCH) / 10000;
}

bip_date bip__local_day(int64_t now_ms)
{
    int64_t days = now_ms / 86400000 - (now_ms % 86400000 < 0), ticks;
    FILETIME instant;
    SYSTEMTIME utc, local;
    TIME_ZONE_INFORMATION zone;

    /* A clock this far off is the caller's mistake; what follows refuses the date, and nothing may overflow here. */
    if (days < INT32_MIN / 2 || days > INT32_MAX / 2)
        return days < 0 ? INT32_MIN / 2 : INT32_MAX / 2;
    ticks = now_ms * 10000 + EPOCH;
    instant.dwLowDateTime = (DWORD)((uint64_t)ticks & 0xffffffffu);
    instant.dwHighDateTime = (DWORD)((uint64_t)ticks >> 32);
    /* By the rules of that year: when summer time begins has changed, and may again. */
    if (!FileTimeToSystemTime(&instant, &utc) || !GetTimeZoneInformationForYear(utc.wYear, NULL, &zone) ||
        !SystemTimeToTzSpecificLocalTime(&zone, &utc, &local))
        return (bip_date)days;
    return bip__date_from(local.wYear, local.wMonth, local.wDay);
}

/* Sleeps end with the system's tick, 16 ms apart by default. */
int bip__sleep_ms(int ms)
{
    ULONGLONG begun = GetTickCount64(), passed;

    Sleep(ms > 0 ? (DWORD)ms : 0);
    passed = GetTickCount64() - begun;
    return passed < (ULONGLONG)(ms > 0 ? ms : 0) ? ms : passed > INT32_MAX ? INT32_MAX : (int)passed;
}

void *bip__memory_large(size_t n)
{
    return malloc(n);
}

int bip__random(void *into, size_t n)
{
    unsigned char *p = into;

    while (n > 0) {
        ULONG piece = n < 0x10000 ? (ULONG)n : 0x10000;

        if (BCryptGenRandom(NULL, p, piece, BCRYPT_USE_SYSTEM_PREFERRED_RNG) != 0)
            return -1;
        p += piece;
        n -= piece;
    }
    return 0;
}

/* ------------------------------------------------------------------------------------------------------------- errors
 */

static int errno_of(DWORD error)
{
    switch (error) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_INVALID_DRIVE:
    case ERROR_BAD_NETPATH:
    case ERROR_BAD_NET_NAME:
        return ENOENT;
    case ERROR_FILE_EXISTS:
    case ERROR_ALREADY_EXISTS:
        return EEXIST;
    case ERROR_DISK_FULL:
    case ERROR_HANDLE_DISK_FULL:
        return ENOSPC;
    case ERROR_ACCESS_DENIED:
    case ERROR_SHARING_VIOLATION:
    case ERROR_LOCK_VIOLATION:
        return EACCES;
    case ERROR_WRITE_PROTECT:
        return EROFS;
    case ERROR_FILENAME_EXCED_RANGE:
        return ENAMETOOLONG;
    case ERROR_INVALID_NAME:
    case ERROR_BAD_PATHNAME:
        return EINVAL;
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
        return ENOMEM;
    default:
        return EIO;
    }
}

/* After a call that failed: errno, as the callers and the C library know it. */
static int set_errno(void)
{
    return errno = errno_of(GetLastError());
}

/* Windows writes behind by itself. */
void bip__file_start_writing(FILE *file, int64_t from, int64_t until)
{
    (void)file, (void)from, (void)until;
}

bool bip__disk_full(int system_error)
{
    return errno_of((DWORD)system_error) == ENOSPC;
}

/* Virus scanners and indexers open what has just been written, for moments. true: wait a little and try again. */
static bool held_for_a_moment(int times)
{
    DWORD error = GetLastError();

    if ((error != ERROR_SHARING_VIOLATION && error != ERROR_ACCESS_DENIED) || times >= 10)
        return false;
    Sleep(20);
    return true;
}

/* -------------------------------------------------------------------------------------------------------------- paths
 */

/* A handle to look at what stands there, folders too: reading and writing need no rights then. */
static HANDLE open_to_look(const wchar_t *path)
{
    return CreateFileW(path, 0, SHARE_ALL, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
}

static bip__path_kind kind_of(HANDLE file, int64_t *size)
{
    BY_HANDLE_FILE_INFORMATION info;

    if (GetFileType(file) != FILE_TYPE_DISK || !GetFileInformationByHandle(file, &info))
        return BIP__PATH_OTHER;
    if (size)
        *size = (int64_t)(((uint64_t)info.nFileSizeHigh << 32) | info.nFileSizeLow);
    return info.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY ? BIP__PATH_DIR : BIP__PATH_FILE;
}

static bip__path_kind kind_unseen(int error)
{
    if (error == ENOENT || error == EINVAL || error == ENAMETOOLONG)
        return BIP__PATH_NONE;
    return error == EACCES ? BIP__PATH_BARRED : BIP__PATH_OTHER;
}

bip__path_kind bip__path_look(const char *path, int64_t *size)
{
    wchar_t *wide = bip__utf16(path);
    bip__path_kind kind;
    HANDLE file;

    if (size)
        *size = 0;
    if (!wide)
        return errno == EILSEQ ? BIP__PATH_NONE : BIP__PATH_OTHER;
    file = open_to_look(wide);
    bip__free(wide);
    if (file == INVALID_HANDLE_VALUE)
        return kind_unseen(set_errno());
    kind = kind_of(file, size);
    CloseHandle(file);
    return kind;
}

/* A call of Windows that fills a buffer and tells the length it needs: twice is enough, unless the answer changes. */
typedef DWORD (*text_fn)(const void *of, wchar_t *into, DWORD n);

static wchar_t *text_of(text_fn ask, const void *of)
{
    DWORD n = 128, needed;
    wchar_t *text = NULL, *more;

    for (int times = 0; times < 4; times++, n = needed + 1) {
        if (!(more = bip__realloc(text, n * sizeof *text))) {
            SetLastError(ERROR_NOT_ENOUGH_MEMORY);
            break;
        }
        text = more;
        needed = ask(of, text, n);
        if (needed > 0 && needed < n)
            return text;
        if (needed == 0)
            break;
    }
    bip__free(text);
    return NULL;
}

static DWORD ask_full(const void *path, wchar_t *into, DWORD n)
{
    return GetFullPathNameW(path, n, into, NULL);
}

static DWORD ask_final(const void *file, wchar_t *into, DWORD n)
{
    return GetFinalPathNameByHandleW((HANDLE)file, into, n, FILE_NAME_NORMALIZED | VOLUME_NAME_DOS);
}

static DWORD ask_variable(const void *name, wchar_t *into, DWORD n)
{
    return GetEnvironmentVariableW(name, into, n);
}

static DWORD ask_temporary(const void *nothing, wchar_t *into, DWORD n)
{
    (void)nothing;
    return GetTempPathW(n, into);
}

/* "\\?\C:\..." where path leads, links and mounted folders followed; NULL: not to be told. */
static wchar_t *final_path(const wchar_t *path)
{
    HANDLE file = open_to_look(path);
    wchar_t *text;

    if (file == INVALID_HANDLE_VALUE)
        return NULL;
    text = text_of(ask_final, file);
    CloseHandle(file);
    return text;
}

char *bip__path_real(const char *path)
{
    wchar_t *wide = bip__utf16(path), *final = NULL;
    DWORD attributes = wide ? GetFileAttributesW(wide) : INVALID_FILE_ATTRIBUTES;
    char *real;

    if (attributes != INVALID_FILE_ATTRIBUTES && attributes & FILE_ATTRIBUTE_REPARSE_POINT)
        final = final_path(wide);
    real = final ? bip__utf16_to_8(final) : bip__strdup(path);
    bip__free(final);
    bip__free(wide);
    return real;
}

/* "\\host\share\..." or "\\?\UNC\host\..."; "\\?\" and "\\.\" before anything else are local. */
static bool is_unc(const wchar_t *full)
{
    if (wcsncmp(full, L"\\\\", 2) != 0)
        return false;
    return wcsncmp(full, L"\\\\?\\UNC\\", 8) == 0 || (full[2] != L'?' && full[2] != L'.');
}

static const char *network_of(const wchar_t *full)
{
    wchar_t root[MAX_PATH + 1];

    if (is_unc(full))
        return "UNC path";
    return GetVolumePathNameW(full, root, MAX_PATH + 1) && GetDriveTypeW(root) == DRIVE_REMOTE ? "mapped drive" : NULL;
}

/* A folder of this computer may be a link to another's: asked once by its name and once by where it leads. */
const char *bip__path_network(const char *path)
{
    wchar_t *wide = bip__utf16(path), *full = wide ? text_of(ask_full, wide) : NULL, *final = NULL, *slash;
    const char *name = full ? network_of(full) : NULL;

    if (full && !name && (slash = wcsrchr(full, L'\\')) != NULL) {
        if ((final = final_path(full)) == NULL) { /* not there yet: its folder */
            slash[1] = L'\0';
            final = final_path(full);
        }
        name = final ? network_of(final) : NULL;
    }
    bip__free(final);
    bip__free(full);
    bip__free(wide);
    return name;
}

bool bip__path_remove(const char *path)
{
    wchar_t *wide = bip__utf16(path);
    bool gone = false;

    for (int times = 0; wide && !gone; times++) {
        gone = DeleteFileW(wide) || set_errno() == ENOENT;
        if (!gone && (bip__path_look(path, NULL) == BIP__PATH_DIR || !held_for_a_moment(times)))
            break;
    }
    bip__free(wide);
    return gone;
}

/* A folder's entries are in the journal of the file system; Windows has no call that waits for them. */
bool bip__path_sync(const char *path)
{
    wchar_t *wide = bip__utf16(path);
    HANDLE file =
        wide ? CreateFileW(wide, GENERIC_WRITE, SHARE_ALL, NULL, OPEN_EXISTING, 0, NULL) : INVALID_HANDLE_VALUE;
    bool done = file != INVALID_HANDLE_VALUE && FlushFileBuffers(file);

    if (!done && wide)
        set_errno();
    if (file != INVALID_HANDLE_VALUE)
        CloseHandle(file);
    bip__free(wide);
    return done;
}

static int move_to(const char *path, const char *by, DWORD flags)
{
    wchar_t *to = bip__utf16(path), *from = to ? bip__utf16(by) : NULL;
    int error = from ? 0 : errno;

    for (int times = 0; from; times++) {
        if (MoveFileExW(from, to, flags | MOVEFILE_WRITE_THROUGH))
            break;
        if (!held_for_a_moment(times)) {
            error = set_errno();
            break;
        }
    }
    bip__free(from);
    bip__free(to);
    return error;
}

int bip__path_replace(const char *path, const char *by)
{
    return move_to(path, by, MOVEFILE_REPLACE_EXISTING);
}

int bip__path_name(const char *path, const char *by)
{
    return move_to(path, by, 0);
}

/* A file that somebody holds here can't be given another name by them either: holding can't be told. */
int bip__file_hold(const char *path)
{
    (void)path;
    return -1;
}

void bip__file_let_go(int hold)
{
    (void)hold;
}

void bip__path_sweep(const char *path)
{
    (void)path;
}

int bip__folder_create_private(const char *path)
{
    wchar_t *wide = bip__utf16(path);
    int error = !wide ? errno : CreateDirectoryW(wide, NULL) ? 0 : set_errno();

    bip__free(wide);
    return error == EEXIST && bip__path_look(path, NULL) == BIP__PATH_DIR ? 0 : error;
}

/* -------------------------------------------------------------------------------------------------------------- files
 */

int bip__file_create_private(const char *path)
{
    wchar_t *wide = bip__utf16(path);
    HANDLE file;
    int error = errno;

    if (!wide)
        return error;
    file = CreateFileW(wide, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
    error = file == INVALID_HANDLE_VALUE ? set_errno() : 0;
    /* Where a folder has the name, Windows may say that access is denied. */
    if (error == EACCES && GetFileAttributesW(wide) != INVALID_FILE_ATTRIBUTES)
        error = EEXIST;
    if (file != INVALID_HANDLE_VALUE)
        CloseHandle(file);
    bip__free(wide);
    return error;
}

FILE *bip__file_open(const char *path, const char *mode)
{
    wchar_t *wide = bip__utf16(path), *how = wide ? bip__utf16(mode) : NULL;
    FILE *file = how ? _wfopen(wide, how) : NULL;
    int error = errno;

    bip__free(how);
    bip__free(wide);
    errno = error;
    return file;
}

/* "...\bip-<chance>.tmp" in the user's own folder for such files. NULL: no memory, or no such folder. */
static wchar_t *temporary_name(void)
{
    static const wchar_t digits[] = L"0123456789abcdef";
    wchar_t *folder = text_of(ask_temporary, NULL), *name, *to;
    unsigned char chance[16];
    size_t n = folder ? wcslen(folder) : 0;

    if (!folder || bip__random(chance, sizeof chance) != 0 ||
        !(name = bip__realloc(folder, (n + 2 * sizeof chance + 16) * sizeof *name))) {
        bip__free(folder);
        return NULL;
    }
    memcpy(name + n, L"bip-", 4 * sizeof *name);
    to = name + n + 4;
    for (size_t i = 0; i < sizeof chance; i++) {
        *to++ = digits[chance[i] >> 4];
        *to++ = digits[chance[i] & 15];
    }
    memcpy(to, L".tmp", sizeof L".tmp");
    return name;
}

FILE *bip__file_temporary(void)
{
    wchar_t *name = temporary_name();
    HANDLE handle = INVALID_HANDLE_VALUE;
    FILE *file = NULL;
    int fd = -1;

    if (name)
        handle = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_NEW,
                             FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE, NULL);
    bip__free(name);
    if (handle == INVALID_HANDLE_VALUE)
        return NULL;
    if ((fd = _open_osfhandle((intptr_t)handle, _O_BINARY | _O_RDWR)) < 0)
        CloseHandle(handle);
    else if (!(file = _fdopen(fd, "w+b")))
        _close(fd);
    return file;
}

int bip__file_seek(FILE *file, int64_t to)
{
    return _fseeki64(file, to, SEEK_SET);
}

/* ----------------------------------------------------------------------------------------------------------- the user
 */

bool bip__stderr_is_terminal(void)
{
    DWORD mode;

    return GetConsoleMode(GetStdHandle(STD_ERROR_HANDLE), &mode) && mode & ENABLE_VIRTUAL_TERMINAL_PROCESSING;
}

const char *bip__login_name(char *into, size_t n)
{
    wchar_t wide[257]; /* UNLEN, and the end */
    DWORD room = 257;
    char *name = GetUserNameW(wide, &room) ? bip__utf16_to_8(wide) : NULL;
    size_t len = name ? strlen(name) : 0;
    bool fits = len > 0 && len < n; /* cut short it would be somebody else's */

    if (fits)
        memcpy(into, name, len + 1);
    bip__free(name);
    return fits ? into : NULL;
}

bip_status bip__environment(const char *name, char **out)
{
    wchar_t *wide = bip__utf16(name), *value = wide ? text_of(ask_variable, wide) : NULL;
    bool absent = wide && !value && GetLastError() != ERROR_NOT_ENOUGH_MEMORY;

    *out = value ? bip__utf16_to_8(value) : NULL;
    bip__free(value);
    bip__free(wide);
    return *out || absent ? BIP_OK : BIP_E_NOMEM;
}

/* Variables as elsewhere, for who works in a shell of that kind; else what the user has chosen. */
void bip__user_locale(char *into, size_t n)
{
    static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    wchar_t wide[LOCALE_NAME_MAX_LENGTH];
    char *value = NULL;

    for (size_t i = 0; i < sizeof variables / sizeof *variables && !value; i++)
        if (bip__environment(variables[i], &value) != BIP_OK)
            break;
    if (!value && GetUserDefaultLocaleName(wide, LOCALE_NAME_MAX_LENGTH) > 0)
        value = bip__utf16_to_8(wide);
    snprintf(into, n, "%s", value ? value : "");
    bip__free(value);
}
