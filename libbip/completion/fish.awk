# From what `describe` prints: completion for fish.
BEGIN { FS = "\t" }
function quoted(text) {
    gsub(/\\/, "\\\\", text)
    gsub(/'/, "\\'", text)
    return "'" text "'"
}
function takes(kind) {
    if (kind == "") return ""
    if (kind == "file") return " -r -F"
    if (kind == "any") return " -x"
    return " -x -a " quoted(kind)
}
$1 == "command" {
    names[++n] = $2
    what[$2] = $4
    files[$2] = $3 ~ /FILE|STORE/
}
$1 == "option" {
    line = "complete -c bip -n " quoted("__bip_at " quoted($2)) " -l " substr($3, 3) ($4 == "" ? "" : " -s " substr($4, 2)) takes($6) " -d " quoted($7)
    lines[++m] = line
    if ($5 != "" && $2 == "") values = values " " $3 ($4 == "" ? "" : " " $4)
}
END {
    print "# Completion of bip for fish. Made from `bip help`."
    print "# The words said so far, without the options before the command and their values."
    print "function __bip_said"
    print "    set -l words (commandline -opc)"
    print "    set -e words[1]"
    print "    set -l said"
    print "    while set -q words[1]"
    print "        switch $words[1]"
    print "            case" values
    print "                set -e words[1]"
    print "            case '-*'"
    print "            case '*'"
    print "                set -a said $words[1]"
    print "        end"
    print "        set -q words[1]; and set -e words[1]"
    print "    end"
    print "    string join ' ' -- $said"
    print "end"
    print "function __bip_at"
    print "    set -l said (__bip_said)"
    print "    test \"$argv\" = ''; and test \"$said\" = ''; and return"
    print "    test \"$argv\" != ''; and string match -qr -- \"^$argv( |\\$)\" \"$said\""
    print "end"
    print "function __bip_just"
    print "    test (__bip_said | string collect --allow-empty) = \"$argv\""
    print "end"
    print "complete -c bip -f"
    for (i = 1; i <= n; i++) {
        k = split(names[i], part, " ")
        if (k == 1) print "complete -c bip -n '__bip_at \"\"' -a " part[1] " -d " quoted(what[names[i]])
        else {
            if (!(part[1] in listed)) print "complete -c bip -n '__bip_at \"\"' -a " part[1] " -d " quoted(part[1] "s")
            listed[part[1]] = 1
            print "complete -c bip -n '__bip_just " part[1] "' -a " part[2] " -d " quoted(what[names[i]])
        }
        if (files[names[i]]) print "complete -c bip -n " quoted("__bip_at " names[i]) " -F"
        if (names[i] != "help") print "complete -c bip -n '__bip_just help' -a " part[1]
    }
    for (i = 1; i <= m; i++) print lines[i]
}
