# From what ../completion/describe prints: the manual page bip.1.
BEGIN { FS = "\t" }
# A hyphen that is typed, a backslash that is meant, a point at the beginning that is no request.
function plain(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    gsub(/`/, "", text)
    if (text ~ /^[.']/) text = "\\&" text
    return text
}
function option_line() {
    return ".TP\n" ($4 == "" ? "" : "\\fB" plain($4) "\\fR, ") "\\fB" plain($3) "\\fR" ($5 == "" ? "" : " \\fI" plain($5) "\\fR") "\n" plain($7) ($8 == "" ? "." : " (required).")
}
$1 == "version" { version = $2 }
$1 == "command" {
    names[++n] = $2
    head[$2] = ".SS \"bip " plain($2) ($3 == "" ? "" : " " plain($3)) "\"\n" toupper(substr($4, 1, 1)) plain(substr($4, 2)) "."
}
$1 == "more" { more[$2] = more[$2] "\n" plain($3) }
$1 == "option" && $2 == "" { global = global "\n" option_line() }
$1 == "option" && $2 != "" { options[$2] = options[$2] "\n" option_line() }
$1 == "example" { examples[$2] = examples[$2] "\n" plain($3) }
END {
    print ".TH BIP 1 \"\" \"bip " version "\" \"User Commands\""
    print ".SH NAME\nbip \\- repeated indicator scores per participant, and what moved"
    print ".SH SYNOPSIS\n.B bip\n[\\fB\\-s\\fR \\fISTORE\\fR] [\\fB\\-\\-json\\fR] [\\fB\\-\\-lang\\fR en|sv|da] [\\fB\\-\\-actor\\fR \\fIWHO\\fR]\n\\fICOMMAND\\fR ..."
    print ".SH DESCRIPTION\nA team scores the same questions with a person every third month."
    print "bip remembers every score, finds every step, and says how sure one can be of it."
    print "One file holds what a team has recorded; nothing in it is overwritten. People are codes: no names, no national identity numbers."
    print ".SH OPTIONS\nBefore the command:" global
    print ".SH COMMANDS"
    for (i = 1; i <= n; i++) {
        print head[names[i]] more[names[i]] options[names[i]]
        print ".PP\nExample:\n.PP\n.nf\n.RS" examples[names[i]] "\n.RE\n.fi"
    }
    print ".SH ENVIRONMENT\n.TP\n.B BIP_STORE\nThe store's file, where \\fB\\-\\-store\\fR isn't given."
    print ".TP\n.B BIP_ACTOR\nWho types, where \\fB\\-\\-actor\\fR isn't given."
    print ".TP\n.B BIP_NOW\nReplaces the clock: 2026\\-11\\-21T10:00:00Z."
    print ".SH EXIT STATUS\n.TP\n.B 0\nDone.\n.TP\n.B 1\nIt could not be done.\n.TP\n.B 2\nWrong usage.\n.TP\n.B 3\nWhat was given as data is refused."
}
