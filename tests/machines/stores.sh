#!/bin/bash
# tests/machines/stores.sh FOLDER BIP OTHER [UNDER...]: one store on two machines. What BIP has written OTHER (run by UNDER)
# reads without a fault and exports byte for byte, and the other way round; copies that both have changed merge into one.
set -euo pipefail
shopt -s inherit_errexit
folder=$1 here=$2 there=("${@:4}" "$3")
rm -rf "$folder"
mkdir -p "$folder"
passed=0
unset BIP_STORE
# bip SIDE STORE ARGUMENT...: the clock stands still, so that both sides write the same where no chance is in it
bip() {
    local side=$1 store=$2
    shift 2
    if [ "$side" = here ]; then
        "$here" -s "$folder/$store" --actor anna --lang sv "$@"
    else
        "${there[@]}" -s "$folder/$store" --actor bo --lang sv "$@"
    fi
}
export BIP_NOW=2026-11-21T10:00:00Z
# holds CLAIM COMMAND...
holds() {
    local claim=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        printf 'FAILED %s\n%d passed, 1 failed\n' "$claim" $passed
        exit 1
    fi
}
# same STORE WHAT COMMAND...: said alike by both
same() {
    local store=$1
    shift
    bip here "$store" "$@" >"$folder/said-here"
    bip there "$store" "$@" >"$folder/said-there"
    holds "both machines say the same: $*" cmp "$folder/said-here" "$folder/said-there"
}
# p is what the C library's erfc() says, whose last digit is its own.
progression() { bip "$1" "$2" --json progression --all | sed -E 's/("p":[0-9.]{15})[0-9.]*(e-?[0-9]+)?/\1\2/g'; }
read_by_both() { # STORE
    local store=$1 form
    for form in json jsonl csv-long; do
        same "$store" export --format $form --out -
    done
    same "$store" export --format csv-wide --instrument fractions --out -
    same "$store" head
    same "$store" verify
    same "$store" --json steps --all
    same "$store" history EX-0001
    same "$store" chart EX-0002 --kind spider --out -
    same "$store" report EX-0003 --out -
    holds "the progression is the same on both" cmp <(progression here "$store") <(progression there "$store")
}
# Scores with fractions, a correction, a withdrawal, a note, somebody erased, letters beyond ASCII.
begin() { # SIDE STORE
    local id
    bip "$1" "$2" init
    bip "$1" "$2" instrument add "$folder/fractions.json"
    bip "$1" "$2" import "$folder/scores.csv" --instrument employability --create-participants
    bip "$1" "$2" participant add Åsa-1 --enrolled 2026-01-02 --attr kon="Kvinna, ålder 40"
    id=$(bip "$1" "$2" record Åsa-1 --instrument fractions --respondent self --date 2026-03-01 --note Själv a=0.1 b=1e-7 c=987654321.125)
    bip "$1" "$2" record Åsa-1 --instrument fractions --respondent self --date 2026-06-01 a=0.30000000000000004 b=0.9999999 c=declined
    bip "$1" "$2" correct "$id" a=0.2 --reason 'läst fel'
    id=$(bip "$1" "$2" record EX-0001 --instrument fractions --respondent self --date 2026-03-01 a=1)
    bip "$1" "$2" withdraw "$id" --reason fel
    bip "$1" "$2" participant erase EX-0004 --reason 'på begäran'
} >/dev/null

"$(dirname "$here")/examples/example_generate_export" | sed -n 1,400p >"$folder/scores.csv"
cat >"$folder/fractions.json" <<'JSON'
{"instrument":"fractions","version":"1","title":{"sv":"Bråktal"},"respondents":[{"code":"self","title":{"sv":"Själv"}}],
 "scales":[{"code":"one","min":0,"max":1,"step":0},{"code":"large","min":-1e9,"max":1e9,"step":0}],
 "indicators":[{"code":"a","title":{"sv":"A"},"scale":"one"},{"code":"b","title":{"sv":"B"},"scale":"one"},
               {"code":"c","title":{"sv":"C"},"scale":"large"}]}
JSON

for side in here there; do
    begin $side $side.bip
    read_by_both $side.bip
done
# A copy of one machine's store, changed on both and merged on either.
cp "$folder/here.bip" "$folder/copy.bip"
bip here here.bip record EX-0002 --instrument fractions --respondent self --date 2026-09-01 a=0.7 >/dev/null
bip there copy.bip record EX-0002 --instrument fractions --respondent self --date 2026-09-02 a=0.07 >/dev/null
bip there copy.bip participant erase EX-0003 --reason flyttat >/dev/null
cp "$folder/here.bip" "$folder/before.bip"
bip here here.bip merge "$folder/copy.bip" >/dev/null
bip there copy.bip merge "$folder/before.bip" >/dev/null
bip here here.bip export --format json --out - >"$folder/merged-here"
bip there copy.bip export --format json --out - >"$folder/merged-there"
holds "copies merge into the same, on either machine" cmp "$folder/merged-here" "$folder/merged-there"
bip there fresh.bip init >/dev/null
bip there fresh.bip import "$folder/merged-here" >/dev/null
bip here fresh.bip export --format json --out - >"$folder/fresh"
holds "an export read on the other machine exports the same here" cmp "$folder/merged-here" "$folder/fresh"
for store in here.bip copy.bip fresh.bip; do
    bip here $store verify >/dev/null
    bip there $store verify >/dev/null
done
holds "what is merged verifies on both" true
echo "$passed passed, 0 failed"
