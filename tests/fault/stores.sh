#!/bin/bash
# tests/fault/stores.sh BIP          every store in tests/data/stores opens, verifies and says what it said when it was written
# tests/fault/stores.sh BIP --make V  writes one with this program, under the name V: once a release, never again
# Until that release is out, a change of the format or of a built-in instrument means removing V.* and making it anew;
# afterwards it means a new version, and that the old file must still pass.
set -euo pipefail
bip=$(realpath "$1")
data=$(realpath "$(dirname "$0")/../data")/stores
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export BIP_STORE=$work/s.bip BIP_ACTOR=anna TZ=UTC
cd "$work"

# A little of everything, on several days.
fill() {
    local id other
    on() { export BIP_NOW=2026-$1T10:00:00Z; }
    on 01-05
    "$bip" init --lang sv
    "$bip" participant add P-001 --enrolled 2026-01-02 --attr sex=woman --reason "came by herself"
    "$bip" --actor eva participant add Åsa-2
    id=$("$bip" record P-001 --instrument employability --respondent participant --date 2026-01-05 --note 'tired "today"' \
        cooperation=2 job_search=declined)
    on 02-05
    other=$("$bip" record Åsa-2 --instrument employability --respondent participant --date 2026-02-05 --rater H07 cooperation=4)
    "$bip" correct "$id" cooperation=3 --reason misread >/dev/null
    on 03-05
    "$bip" withdraw "$other" --reason "the wrong person" >/dev/null
    cat >own.json <<'END'
{"instrument":"own","version":"1","title":{"en":"Own"},"respondents":[{"code":"participant","title":{"en":"P"}},
{"code":"nurse","title":{"en":"N"}}],"scales":[{"code":"half","min":0,"max":5,"step":0.5}],"indicators":[{"code":"sleep",
"title":{"en":"Sleep"},"scale":"half"},{"code":"mood","title":{"en":"Mood"},"scale":"half","respondents":["nurse"]}]}
END
    "$bip" instrument add own.json --reason "a new one"
    printf 'participant,date,respondent,rater,sleep,mood\nP-001,2026-03-01,nurse,H08,2.5,4\nP-001,2026-03-04,nurse,,3,\nNew,2026-03-02,participant,,1,\n' >in.csv
    "$bip" import in.csv --instrument own --create-participants
    on 04-05
    "$bip" participant set P-001 --attr sex= --attr unit=north
}

if [ "${2-}" = --make ]; then
    mkdir -p "$data"
    [ ! -e "$data/$3.bip" ] || { echo "$3 is there already: what a release wrote never changes" >&2; exit 1; }
    fill
    "$bip" export --format json --out "$data/$3.json"
    "$bip" head >"$data/$3.head"
    cp s.bip "$data/$3.bip"
    exit
fi

same() { cmp "$1" "$2" && passed=$((passed + 1)); }
passed=0
"$bip" -s fresh.bip init
env -u LD_LIBRARY_PATH sqlite3 fresh.bip .schema >fresh
for store in "$data"/*.bip; do
    as_written=${store%.bip}
    rm -f s.bip*
    cp "$store" s.bip && chmod u+w s.bip
    "$bip" verify
    "$bip" verify --anchor "$as_written.head"
    "$bip" export --format json --out now.json
    same "$as_written.json" now.json
    "$bip" head >now.head
    same "$as_written.head" now.head
    cmp s.bip "$store" # reading changed nothing
    "$bip" record P-001 --instrument own --respondent participant --date 2026-05-05 sleep=4
    "$bip" verify --anchor "$as_written.head"
    env -u LD_LIBRARY_PATH sqlite3 s.bip .schema >now
    same fresh now
done
echo "$passed passed, 0 failed"
