#!/bin/bash
# tests/contract/abi.sh BUILD            the shared library's interface in binary is the one that is recorded
# tests/contract/abi.sh BUILD --record   records it anew: only for what is added, or with a new SOVERSION
#
# BUILD is a build with debug information. What is compared: functions, their arguments, sizes and layout of public types.
set -euo pipefail
build=$(realpath "$1")
cd "$(dirname "$0")/../.."
so=$(realpath "$build/libbip.so")
soname=$(objdump -p "$so" | awk '$1 == "SONAME" { print $2 }')
recorded=tests/data/abi/$soname.abi
now=$build/$soname.abi

abidw --headers-dir "$PWD/libbip/include" --exported-interfaces-only --drop-private-types --no-corpus-path \
    --no-comp-dir-path --no-elf-needed --no-show-locs --no-write-default-sizes --out-file "$now" "$so"
if [ "${2:-}" = --record ]; then
    mkdir -p "$(dirname "$recorded")"
    cp "$now" "$recorded"
    echo "recorded $recorded"
elif [ ! -f "$recorded" ]; then
    echo "FAILED: no interface is recorded for $soname; tests/contract/abi.sh BUILD --record" && exit 1
elif [ "$(grep '<abi-corpus ' "$recorded" | grep -o "architecture='[^']*'")" != "$(grep '<abi-corpus ' "$now" | grep -o "architecture='[^']*'")" ]; then
    echo "recorded on another architecture: not compared"
elif ! abidiff "$recorded" "$now"; then
    echo "FAILED: the interface moved. What was added: record it (--record). What changed or went: a new SOVERSION first"
    exit 1
else
    echo "figure: functions whose interface is as recorded: $(grep -c "type='func-type'" "$now")"
fi
