#!/bin/bash
# tests/fault/current_sqlite.sh BUILD WORK [CTEST ARGUMENT...]: the tests on the SQLite that npm's better-sqlite3 carries.
# Fetched once into WORK; without it, and without npm or a network, the step says so and is left out.
set -euo pipefail
build=$(realpath "$1") work=$2
package=better-sqlite3@13.2.0
shift 2
mkdir -p "$work"
if [ ! -f "$work/libsqlite3.so.0" ]; then
    if ! (cd "$work" && npm pack --silent "$package" >/dev/null 2>&1); then
        echo "figure: left out: $package can't be fetched (no npm, or no network)"
        exit 0
    fi
    tar -xzf "$work"/better-sqlite3-*.tgz -C "$work" --strip-components=3 package/deps/sqlite3
    # With what Debian's has and the tests use; asserts on, where Debian has them off.
    gcc -O1 -fPIC -shared -Wl,-soname,libsqlite3.so.0 -DSQLITE_THREADSAFE=1 -DSQLITE_DEBUG=1 \
        -DSQLITE_ENABLE_DESERIALIZE -o "$work/libsqlite3.so.0" "$work/sqlite3.c" -lm -lpthread -ldl
fi
work=$(realpath "$work")
export LD_LIBRARY_PATH=$work
"$build/bip" --version | sed -n 's/^sqlite/figure: sqlite/p'
ctest --test-dir "$build" -j2 -V "$@"
bash "$(dirname "$0")/stores.sh" "$build/bip"
