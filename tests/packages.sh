# Sourced by examples/run and by the tests: what has to be installed, and installing what is missing.
# shellcheck shell=bash

# libc6-dev stands by itself because gcc only recommends it.
packages_build="gcc libc6-dev cmake ninja-build pkg-config libsqlite3-dev libcjson-dev libpcre2-dev libsodium-dev libutf8proc-dev"
packages_test="$packages_build g++ binutils git libcmocka-dev python3 sqlite3"
packages_all="$packages_test clang libclang-rt-dev clang-format valgrind shellcheck locales python3-scipy python3-dev python3-venv python3-pandas mypy chromium fonts-dejavu-core nodejs doxygen dpkg-dev fish zsh groff-base clang-tidy cppcheck codespell abigail-tools r-base-core make r-cran-testthat r-cran-jsonlite r-cran-nlme r-cran-knitr pspp qpdf mono-mcs mono-runtime libmono-corlib4.5-cil gcc-mingw-w64-x86-64-posix wine wine64 binutils-s390x-linux-gnu qemu-user"
# Node's own package brings npm and the headers, Debian's leaves them to others.
command -v npm >/dev/null || packages_all+=" npm"
[ -e /usr/include/node/node_api.h ] || packages_all+=" libnode-dev"
# shellcheck disable=SC2034 # used where this file is sourced
packages_nightly="$packages_all debootstrap binutils-arm-linux-gnueabihf binutils-aarch64-linux-gnu"

packages_missing() {
    local package
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || printf '%s ' "$package"
    done
}

# cannot_install WHY MISSING: the last that is said, so that it stands below whatever apt has said
cannot_install() {
    printf 'These packages are missing, and %s: %s\n' "$1" "$2" >&2
    printf 'As root: apt-get install --no-install-recommends %s\n' "$2" >&2
    return 1
}

# install_missing PACKAGE...: nothing is asked of the network where all of them are there.
install_missing() {
    local missing as_root=""
    if ! command -v dpkg-query >/dev/null; then
        echo "Not a Debian system: taking for granted that these are installed under whatever name: $*"
        return 0
    fi
    missing=$(packages_missing "$@")
    if [ -z "$missing" ]; then
        echo "All packages are there."
        return 0
    fi
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            cannot_install "installing them takes root or sudo" "$missing"
            return 1
        fi
        as_root=sudo
    fi
    echo "Installing what is missing: $missing"
    # shellcheck disable=SC2086 # lists of words
    if ! { $as_root apt-get -q -o DPkg::Lock::Timeout=300 update &&
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 install -y \
            --no-install-recommends $missing; }; then
        cannot_install "apt could not install them (is there a network?)" "$missing"
    fi
}

# npm_packages FOLDER: what its package.json and lock ask for, into its node_modules.
npm_packages() {
    if ! (cd "$1" && npm ci --no-audit --no-fund --ignore-scripts >/dev/null); then
        printf 'These packages of npm are missing, and npm could not fetch them (is there a network?): %s\n' \
            "$(cd "$1" && node -p 'Object.entries(require("./package.json").dependencies).map((x) => x.join("@")).join(" ")')" >&2
        return 1
    fi
}
