#!/bin/bash
# layout.sh: the house as design draws it. Arrows point one way, each dependency has one door, the top level is tidy.
# Prints one line a claim and "N passed, M failed".
set -euo pipefail
cd "$(dirname "$0")/../.."
passed=0 failed=0

# claim TEXT COMMAND...: holds where the command prints nothing.
claim() {
    local text=$1 said
    shift
    said=$("$@" 2>&1 || true)
    if [ -z "$said" ]; then
        passed=$((passed + 1))
        echo "ok      $text"
    else
        failed=$((failed + 1))
        printf 'FAILED  %s\n%s\n' "$text" "$said"
    fi
}

sources() { find "$@" -name '*.[ch]' | sort; }

# only_in HEADER FOLDER...: files elsewhere in the library that include it.
only_in() {
    local header=$1 folder keep=()
    shift
    for folder in "$@"; do keep+=(-not -path "libbip/$folder/*"); done
    find libbip -name '*.[ch]' "${keep[@]}" -exec grep -nE '#include [<"]'"$header"'[>"]' /dev/null {} +
}

# knows_only FOLDER OTHER...: what the folder includes from folders not named.
knows_only() {
    local folder=$1 allowed
    shift
    allowed=$(printf '%s|' "$folder" "$@")
    sources "libbip/$folder" | xargs grep -nE '#include "[a-z]+/' | grep -vE "#include \"(${allowed%|})/" |
        grep -vF '#include "bip/export.h"'
}

top_level() {
    git ls-files -co --exclude-standard | cut -d/ -f1 | sort -u |
        grep -vxE 'CMakeLists\.txt|CMakePresets\.json|LICENSE|README\.md|CHANGELOG\.md|\.ci|\.clang-format|\.clang-tidy|\.codespellrc|\.gitignore|\.gitattributes|libbip|bindings|examples|tests'
}
# Sources are listed in CMakeLists.txt, not globbed; the storage in memory is the tests'.
unlisted() {
    diff <(git ls-files -co --exclude-standard 'libbip/*.c' | grep -v '^libbip/store/memory/' | sort) \
        <(grep -oE 'libbip/[a-z0-9_/]+\.c\b' CMakeLists.txt | sort -u | while read -r f; do if [ -f "$f" ]; then echo "$f"; fi; done)
}
# errno.h is C's; io.h and what follows are Windows'.
system_headers='(aio|arpa/[a-z]+|dirent|dlfcn|fcntl|fnmatch|ftw|glob|grp|iconv|langinfo|libgen|netdb|netinet/[a-z]+|poll|pthread|pwd|regex|sched|semaphore|signal|spawn|strings|sys/[a-z]+|syslog|termios|time|unistd|utime|wordexp|bcrypt|conio|direct|io|process|shellapi|wchar|windows|winsock2)\.h'
# Without these words, a strict C11 build declares nothing of POSIX: a call elsewhere doesn't compile.
seen_beyond_base() {
    grep -rnE '_(POSIX_C|XOPEN|GNU|DEFAULT|BSD)_SOURCE' libbip CMakeLists.txt |
        grep -vE '^libbip/base/(platform|program)_posix\.c:'
}
not_a_client() { find examples -name '*.[ch]' -exec grep -nE '#include "' {} + -o -name '*.cpp' -exec grep -nE '#include "' {} + | grep -vF '#include "bip.h"'; }
# A function the length of two screens is two functions. Counts from the opening brace in the first column to the closing one.
long_functions() {
    sources libbip | xargs awk 'FNR == 1 { start = 0 } /^\{/ { start = FNR } /^}/ && start {
        if (FNR - start > 61) print FILENAME ":" start ": " FNR - start - 1 " lines"; start = 0 }'
}

claim "every source of the library and the program is listed" unlisted
claim "sqlite3.h has one door: store/sqlite" only_in sqlite3.h store/sqlite
claim "cJSON.h has one door: model" only_in '(cjson/)?cJSON.h' model
claim "pcre2.h has one door: model" only_in pcre2.h model
claim "sodium.h and utf8proc.h have one door: base" only_in '(sodium|utf8proc)\.h' base
claim "locale.h is known to the platform only" only_in '(locale|xlocale)\.h' base cli
claim "what POSIX and Windows have beyond C is called in base only" only_in "$system_headers" base
claim "no other file is compiled with it in sight" seen_beyond_base
claim "what SQLite's storage keeps to itself is known to store only" only_in 'store/sqlite/[a-z_]*\.h' store
claim "nothing below the API knows it" only_in 'api/[a-z_]*\.h' api
claim "nothing below the program knows it" only_in 'cli/[a-z_]*\.h' cli
claim "base knows nothing above it" knows_only base
claim "model knows base" knows_only model base
claim "progress knows base" knows_only progress base
claim "draw knows base" knows_only draw base
claim "store knows base" knows_only store base
claim "read knows store, progress and what is below" knows_only read base model store progress
claim "record knows read and what is below, no statistics" knows_only record base model store read
claim "exchange knows record and what is below, no statistics" knows_only exchange base model store read record
claim "show knows read, draw and what is below" knows_only show base model store progress read draw
claim "the program knows bip.h and helpers of base" knows_only cli base
claim "the examples know bip.h only" not_a_client
claim "no function has more than 60 lines" long_functions
claim "the top level holds what it should" top_level
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
