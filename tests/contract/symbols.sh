#!/bin/bash
# symbols.sh BUILD: what the built library shows to the world is what bip.h declares, and it keeps to itself otherwise.
# Prints one line a claim and "N passed, M failed".
set -euo pipefail
build=$(realpath "$1")
cd "$(dirname "$0")/../.."
passed=0 failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# claim TEXT COMMAND...: holds where the command succeeds and prints nothing.
claim() {
    local text=$1 said
    shift
    if said=$("$@" 2>&1) && [ -z "$said" ]; then
        passed=$((passed + 1))
        echo "ok      $text"
    else
        failed=$((failed + 1))
        printf 'FAILED  %s\n%s\n' "$text" "$said"
    fi
}

# The names of all functions that bip.h declares BIP_API, comments left out, a declaration to a line.
declared() {
    gcc -fpreprocessed -dD -E -P libbip/include/bip.h | tr '\n' ' ' | grep -oE 'BIP_API [^;(]*\(' |
        grep -oE 'bip_[a-z0-9_]+\($' | tr -d '(' | sort
}
# sed: a version that a linker adds after the name is not part of it.
exported() { nm -D --defined-only "$build/libbip.so" | awk '{ print $3 }' | sed 's/@.*//' | sort; }
exports_equal_header() { diff <(declared) <(exported); }
header_declares_something() { [ "$(declared | wc -l)" -gt 20 ] || declared; }

header_as() {
    printf '#include "bip.h"\nint main(void) { return 0; }\n' >"$work/header.$2"
    "$1" "-std=$3" -Wall -Wextra -Wpedantic -Werror -Ilibbip/include -I"$build/include" -fsyntax-only "$work/header.$2"
}
header_alone() { # needs no other header before it, and may be included twice
    printf '#include "bip.h"\n#include "bip.h"\nbip_status take(bip_series *s);\n' >"$work/alone.c"
    gcc -std=c99 -Wall -Wextra -Wpedantic -Werror -Ilibbip/include -I"$build/include" -fsyntax-only "$work/alone.c"
}

static_names() { nm -g --defined-only "$build/libbip.a" | awk 'NF == 3 && $3 !~ /^bip_/ { print $3 }'; }
# What would hold state between calls; constants with addresses in them (.data.rel.ro) don't.
mutable_data() { size -A "$build/libbip.a" | awk '($1 ~ /^\.(data|bss|tdata|tbss)(\..*)?$/) && $1 !~ /^\.data\.rel\.ro/ && $2 > 0'; }
called() { nm -u "$build/libbip.a" | awk 'NF == 2 { sub(/@.*/, "", $2); print $2 }' | sort -u; }
# The host's business (locale, signals, ending, printing, hooks), and what depends on the locale or overruns.
forbidden_calls() {
    called | grep -xE 'setlocale|localeconv|signal|sigaction|exit|_exit|abort|printf|puts|putchar|vprintf|fprintf|stdout|stderr|perror|strtod|strtof|atof|atoi|atol|sprintf|vsprintf|strcpy|strcat|gets|rand|srand|random|srandom|setenv|putenv|sqlite3_config|cJSON_InitHooks|cJSON_Print|cJSON_PrintUnformatted|__(printf|fprintf|sprintf|strcpy|strcat)_chk' || true
}

claim "bip.h declares functions" header_declares_something
claim "the shared library exports the functions of bip.h and nothing else" exports_equal_header
claim "bip.h is strict C99" header_as gcc c c99
claim "bip.h is C11" header_as gcc c c11
claim "bip.h is C++17" header_as g++ cpp c++17
claim "bip.h stands alone and twice" header_alone
claim "every name of the static library begins with bip_" static_names
claim "no object keeps mutable data" mutable_data
claim "nothing of the host's is called, nothing that depends on the locale" forbidden_calls
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
