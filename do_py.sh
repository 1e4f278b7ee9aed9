#!/usr/bin/env bash
# Runs python with these arguments in the environment of this folder: ./do_py.sh dm.py, ./do_py.sh -m pytest
# Makes .venv first when it is missing, half made, or older than its pins: requirements.txt, and requirements-dev.txt
# for tests, benches and checks. Stays in the caller's folder, so that file names keep their meaning.
set -euo pipefail

here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
venv=$here/.venv
pins=(requirements.txt)

say() { printf 'do_py.sh: %s\n' "$*" >&2; }
fail() { say "$@" && exit 1; }

# .venv/made_for names the python below a whole environment; it is absent while pip is at work.
whole() { [[ -x $venv/bin/python && -f $venv/made_for && $(<"$venv/made_for") == "$(readlink -f -- "$venv/bin/python")" ]]; }

# Beside it stands a copy of each list of pins that is installed.
current() {
    local list
    whole || return 1
    for list in "${pins[@]}"; do
        cmp -s -- "$here/$list" "$venv/$list" || return 1
    done
}

find_python() {
    local python
    for python in python3 python3.{14,13,12,11}; do
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$python" && return
    done
    fail "Python 3.11 or newer is needed, and here is: $(python3 --version 2>&1 || true)." \
        "Debian 12, Raspberry Pi OS bookworm and all later ones have it."
}

make_empty() {
    local python
    [[ ! -L $venv ]] || fail "$venv is a link to an environment that is not ours, and that stays as it is." \
        "Remove the link; then .venv is made"
    python=$(find_python)
    "$python" -c 'import ensurepip' 2>/dev/null || fail "python3-venv is missing. Run: sudo apt-get install -y python3-venv"
    say "making .venv: once, a minute here, some minutes on a small Pi"
    "$python" -m venv --clear -- "$venv"
}

fill() {
    local list before=whole
    if ! whole; then
        before=empty
        make_empty
    fi
    rm -f -- "$venv/made_for"
    if "$venv/bin/python" -m pip install -qq --no-input --disable-pip-version-check "${pins[@]/#/--requirement=$here/}"; then
        for list in "${pins[@]}"; do cp -- "$here/$list" "$venv/$list"; done
    elif [[ $before == whole ]]; then
        say "the new pins could not be installed (is the network down?); going on with the environment that is here"
    else
        fail "the packages could not be installed: see the lines above, then try again"
    fi
    readlink -f -- "$venv/bin/python" >"$venv/made_for"
}

case "${1-} ${2-}" in
    "-m pytest" | "-m ruff" | "-m mypy" | "-m tests."*) # these look at this folder, wherever they are called
        pins+=(requirements-dev.txt)
        [[ $(pwd -P)/ == "$here"/* ]] || cd -- "$here"
        ;;
    *.py" "*) [[ -e $1 || ! -e $here/$1 ]] || set -- "$here/$1" "${@:2}" ;;
esac

if ! current; then
    (
        flock -n 9 || { say "another start makes .venv; waiting for it" && flock -w 1800 9; } ||
            fail "the other start has not finished in half an hour; end it and try again"
        current || fill
    ) 9>"$here/.venv.lock"
fi
PYTHONPATH=$here${PYTHONPATH:+:$PYTHONPATH} exec "$venv/bin/python" "$@"
