# What Doxygen is given to read: members that are declared together ("double mean, sd; /**< both */") one by one, each
# with the comment they share. Lines stay lines, so that its messages point into the header.
function flush_members(text,   code, doc, type, names, n, i, out) {
    code = substr(text, 1, index(text, ";") - 1)
    doc = substr(text, index(text, "/**<"))
    match(code, /^ *(const )?[a-z0-9_]+( \*const)? /)
    type = substr(code, 1, RLENGTH)
    n = split(substr(code, RLENGTH + 1), names, /, */)
    for (i = 1; i <= n; i++)
        out = out type names[i] "; " doc " "
    print out
}
/^    [a-z].*,$/ || held { held = held (held ? " " : "") $0; lines++ }
held && /;/ { flush_members(held); while (--lines > 0) print ""; held = ""; next }
held { next }
/^    [a-z][^(\/]*,[^(\/]*; *\/\*\*<.*\*\/$/ { flush_members($0); next }
{ print }
