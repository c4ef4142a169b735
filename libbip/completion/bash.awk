# From what `describe` prints: completion for bash.
BEGIN { FS = "\t" }
$1 == "command" {
    commands = commands " \"" $2 "\""
    names[++n] = $2
    files[$2] = $3 ~ /FILE|STORE/
}
$1 == "option" {
    words = $3 ($4 == "" ? "" : " " $4)
    if ($2 == "") global = global " " words
    else options[$2] = options[$2] " " words
    if ($5 == "") next
    pattern = $4 == "" ? $3 : $3 " | " $4
    if (pattern in seen) next
    seen[pattern] = 1
    takes = takes " " words
    if ($6 != "any") values = values "    " pattern ") " answer($6) " ;;\n"
}
function answer(kind) {
    if (kind == "file") return "compopt -o default"
    return "mapfile -t COMPREPLY < <(compgen -W \"" kind "\" -- \"$word\")"
}
END {
    print "# Completion of bip for bash. Made from `bip help`."
    print "_bip() {"
    print "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} i said=\"\" options=\"\" commands"
    print "    commands=(" substr(commands, 2) ")"
    print "    COMPREPLY=()"
    print "    case $before in"
    printf "%s", values
    print "    esac"
    print "    case $before in" substr(pipes(takes), 1) ") return ;; esac"
    print "    # What has been said of the command so far, without the options before it and their values."
    print "    for ((i = 1; i < COMP_CWORD; i++)); do"
    print "        case ${COMP_WORDS[i]} in"
    print "       " pipes(takes) ") i=$((i + 1)) ;;"
    print "        -*) ;;"
    print "        *) said+=\"${said:+ }${COMP_WORDS[i]}\" ;;"
    print "        esac"
    print "    done"
    print "    case \"$said \" in"
    print "    \" \") options=\"" substr(global, 2) "\" ;;"
    for (i = 1; i <= n; i++) {
        print "    \"" names[i] " \"*)"
        print "        options=\"" substr(options[names[i]], 2) "\""
        if (files[names[i]]) print "        compopt -o default"
        print "        ;;"
    }
    print "    esac"
    print "    if [[ $word == -* ]]; then"
    print "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")"
    print "        return"
    print "    fi"
    print "    # The word that comes next of every command that begins with what was said; `help` is followed by any."
    print "    [[ $said == help* ]] && said=${said#help} said=${said# }"
    print "    mapfile -t COMPREPLY < <(compgen -W \"$(printf '%s\\n' \"${commands[@]}\" |"
    print "        sed -n \"s/^${said:+$said }\\([a-z-]*\\).*/\\1/p\" | sort -u)\" -- \"$word\")"
    print "}"
    print "complete -F _bip bip"
}
function pipes(list) { gsub(/ /, " | ", list); return substr(list, 3) }
