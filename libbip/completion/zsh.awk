# From what `describe` prints: completion for zsh.
BEGIN { FS = "\t" }
function quoted(text) {
    gsub(/'/, "'\\''", text)
    return text
}
# Inside an _arguments specification brackets and colons have a meaning.
function described(text) {
    gsub(/[\[\]:]/, "\\\\&", text)
    return quoted(text)
}
function action(value, kind) {
    if (kind == "") return ""
    if (kind == "file") return ":" value ":_files"
    if (kind == "any") return ":" described(value) ": "
    return ":" described(value) ":(" kind ")"
}
$1 == "command" {
    names[++n] = $2
    what[$2] = $4
    files[$2] = $3 ~ /FILE|STORE/
}
$1 == "option" {
    # '*' where it may stand several times, as its description says.
    text = "[" described($7) "]" action($5, $6)
    spec = $4 == "" ? "'" ($7 ~ /several times/ ? "*" : "") $3 text "'" : "'(" $3 " " $4 ")'{" $3 "," $4 "}'" text "'"
    if ($2 == "") global = global "        " spec " \\\n"
    else options[$2] = options[$2] " \\\n            " spec
}
END {
    print "#compdef bip"
    print "# Completion of bip for zsh. Made from `bip help`."
    print "_bip_commands() {"
    print "    local -a commands"
    print "    commands=("
    for (i = 1; i <= n; i++) {
        split(names[i], part, " ")
        if (part[1] in listed) continue
        listed[part[1]] = 1
        print "        '" part[1] ":" quoted(names[i] == part[1] ? what[names[i]] : part[1] "s: more words follow") "'"
    }
    print "    )"
    print "    _describe command commands"
    print "}"
    print "_bip_second() {"
    print "    local -a commands"
    print "    case $1 in"
    for (i = 1; i <= n; i++) if (split(names[i], part, " ") == 2) second[part[1]] = second[part[1]] " '" part[2] ":" quoted(what[names[i]]) "'"
    for (group in second) print "    " group ") commands=(" substr(second[group], 2) ") ;;"
    print "    esac"
    print "    _describe command commands"
    print "}"
    print "_bip() {"
    print "    local state"
    print "    local -a line"
    print "    _arguments -C \\"
    printf "%s", global
    print "        '1:command:_bip_commands' '*::argument:->argument' && return"
    print "    [[ $state == argument ]] || return"
    print "    local name=$words[1]"
    for (group in second) groups = groups (groups == "" ? "" : "|") group
    print "    if [[ $name == (" groups ") ]]; then"
    print "        if (( CURRENT == 2 )); then"
    print "            _bip_second $name"
    print "            return"
    print "        fi"
    print "        name=\"$name $words[2]\""
    print "        shift words"
    print "        (( CURRENT-- ))"
    print "    fi"
    print "    case $name in"
    for (i = 1; i <= n; i++) {
        rest = names[i] == "help" ? "'*:command:_bip_commands'" : files[names[i]] ? "'*:file:_files'" : "'*: : '"
        print "    '" names[i] "')"
        print "        _arguments " rest options[names[i]] " ;;"
    }
    print "    esac"
    print "}"
    print "_bip \"$@\""
}
