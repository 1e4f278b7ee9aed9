#!/usr/bin/env bash
# Starts the Digital Meter in tmux sessions: dm, ev, bs (those that are here) and log, which follows their log files.
#
#   ./startup_cron.sh           the house of config.py; for cron: @reboot /home/pi/digital-meter/startup_cron.sh
#   ./startup_cron.sh --demo    a simulated house (session sim) with its own folder demo/ and its own ports
#   ./startup_cron.sh --stop    ends what was started here, and nothing else
#
# DM_HOME (the folder of data, log and history), DM_PORTS (the first of ten ports) and DM_TMUX (the name of the tmux
# socket) redirect all of it. Each session calls this file again: --keep starts a program anew whenever it ends,
# --follow shows log files. A session of ours carries its home as the tmux option @meter_home.
set -euo pipefail

here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
self=$here/startup_cron.sh
names=(sim dm ev bs log)

say() { printf '%s\n' "$*"; }
fail() { say "startup_cron.sh: $*" >&2 && exit 1; }

exists() { tmux -L "$1" has-session -t "=$2" 2>/dev/null; }                  # SOCKET NAME
option() { tmux -u -L "$1" show-options -qv -t "=$2:" "$3" 2>/dev/null || :; }  # SOCKET NAME OPTION

# ours SOCKET HOME: the names of the sessions there that were started for that home.
ours() {
    local name
    for name in "${names[@]}"; do
        [[ $(option "$1" "$name" @meter_home) != "$2" ]] || say "$name"
    done
}

# runs HOME: whether it has a session, or a dm that was started by hand and holds its lock.
runs() {
    local socket lock=$1/data/dm.lock
    for socket in "${sockets[@]}"; do
        [[ -z $(ours "$socket" "$1") ]] || return 0
    done
    [[ -e $lock ]] || return 1
    [[ -r $lock ]] || fail "$1 was begun by $(stat -c %U -- "$lock"); make it yours once:  sudo chown -R $(id -un): '$1'"
    ! flock --nonblock --shared "$lock" true
}

install_missing() {
    local missing=() install sudo=()
    command -v tmux >/dev/null || missing+=(tmux)
    [[ -e $here/.venv/made_for ]] || python3 -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv)
    ((${#missing[@]})) || return 0
    install="apt-get update && apt-get install -y ${missing[*]}"
    ((EUID == 0)) || sudo=(sudo)
    # Never from cron, where nobody sees what is installed; and never with a password.
    if [[ -t 0 ]] && { ((EUID == 0)) || sudo -n true 2>/dev/null; }; then
        "${sudo[@]}" sh -c "$install" && return
    fi
    fail "missing: ${missing[*]}. Run this once, then start again:  ${sudo:+sudo }sh -c '$install'"
}

# The tmux socket of the demo: where it runs already, else the first on which nobody else has our names.
demo_socket() {
    local socket name
    for socket in "${sockets[@]}"; do
        [[ -z $(ours "$socket" "$home") ]] || { say "$socket" && return; }
    done
    for socket in "${sockets[@]}"; do
        for name in "${names[@]}"; do
            ! exists "$socket" "$name" || continue 2
        done
        break
    done
    say "$socket"
}

# The ports of the demo: those it runs on already, else the first ten in a row on which nobody answers.
demo_ports() {
    local name first port
    for name in $(ours "$socket" "$home"); do
        option "$socket" "$name" @meter_ports && return
    done
    for first in ${ports:-8080 18080 28080 38080 48080 58080}; do
        for port in $(seq "$first" $((first + 9))); do
            ! (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || continue 2
        done
        say "$first" && return
    done
    fail "other programs answer on the ports from ${ports:-8080, 18080 … 58080} on; set DM_PORTS to the first of ten free ones"
}

# session NAME COMMAND…: gives the command a session of its own, unless it has one.
session() {
    if [[ $(option "$socket" "$1" @meter_home) == "$home" ]]; then
        if [[ $(option "$socket" "$1" @meter_waits) ]]; then
            tmux -L "$socket" set-option -u -t "=$1:" @meter_waits \; send-keys -t "=$1:" Enter
            say "$1 was stopped by its owner and started again"
        else
            say "$1 runs already"
        fi
    elif exists "$socket" "$1"; then
        say "$1 is a tmux session of somebody else and is left alone: rename it, or set DM_TMUX to another socket" >&2
        left_out=yes
    else
        tmux -L "$socket" new-session -d -s "$1" -c "$here" env "DM_HOME=$home" ${ports:+"DM_PORTS=$ports"} \
            ${DM_SECRETS:+"DM_SECRETS=$DM_SECRETS"} ${LC_ALL:+"LC_ALL=$LC_ALL"} ${DM_LOOK:+"DM_LOOK=$DM_LOOK"} \
            "$self" --keep "$@" \; \
            set-option -t "=$1:" @meter_home "$home" \; set-option -t "=$1:" @meter_ports "$ports" 9>&-
        say "$1 started"
    fi
}

start() {
    local home=$base socket=${sockets[0]} ports=${DM_PORTS:-} demo=() via=(tmux) left_out='' shown='' program
    [[ -z $ports || $ports =~ ^[1-9][0-9]{0,4}$ && $ports -le 65526 ]] ||
        fail "DM_PORTS is $ports; it must be the number of the first of ten ports, from 1 to 65526, such as 8080"
    [[ ${TERM:-} != linux ]] || : "${DM_LOOK:=console}" # the Pi's own screen has few colours and signs
    install_missing
    "$here/do_py.sh" -c '' # makes the environment before anything waits for it
    exec 9<"$self"
    flock --wait 120 9 || fail "another start has not finished in two minutes; try again"
    if [[ $1 == --demo ]]; then
        ! runs "$base" || fail "the real house runs and is not disturbed by a demo; to end it: $to_stop"
        home=$base/demo demo=(--demo)
    elif runs "$base/demo"; then
        fail "the demo runs; end it first: $to_stop"
    fi
    mkdir -p -- "$home/data" "$home/log"
    unset DM_HOME DM_PORTS DM_TMUX # else a tmux server that starts here would hand them to every later session

    if [[ ${demo[*]} ]]; then
        socket=$(demo_socket)
        ports=$(demo_ports)
        # A simulated house begins anew each time; what another one counted would only confuse.
        [[ $(option "$socket" sim @meter_home) == "$home" ]] || rm -rf -- "$home"/data/{dm,ev,bs}.db* "$home/history"
        session sim "$here/do_py.sh" -m lib.sim --p1-port $((ports + 3)) --line-port $((ports + 4)) \
            --nrgkick-port $((ports + 5)) --calendar-port $((ports + 6)) --cars-port $((ports + 7)) \
            --victron-port $((ports + 8)) --fronius-port $((ports + 9))
    fi
    for program in dm:dm.py ev:ev_app.py bs:bs_app.py; do
        [[ -e $here/${program#*:} ]] || continue
        session "${program%:*}" "$here/do_py.sh" "$here/${program#*:}" "${demo[@]}"
        : "${shown:=${program%:*}}"
    done
    session log "$self" --follow "$home/log"
    : "${shown:=log}"
    exec 9<&-

    [[ $socket == default ]] || via+=(-L "$socket")
    [[ -z ${demo[*]} ]] || say "the demo listens on ports $ports to $((ports + 9)): ws://127.0.0.1:$ports/ws"
    say "on screen: ${via[*]} attach -t $shown (Ctrl-b d leaves it running); to end all: $to_stop"
    [[ -z $left_out ]] || exit 1
    [[ ! -t 0 || ! -t 1 ]] || show "$shown"
}

# Brings a session to this terminal; inside the same tmux server the client moves over.
show() {
    if [[ ${TMUX:-} == "$(tmux -L "$socket" display-message -p '#{socket_path}'),"* ]]; then
        tmux switch-client -t "=$1"
    else
        TMUX='' exec tmux -L "$socket" attach-session -t "=$1"
    fi
}

stop() {
    local socket home name loop found=()
    for socket in "${sockets[@]}"; do
        for home in "$base" "$base/demo"; do
            for name in $(ours "$socket" "$home"); do
                found+=("$socket $name")
                tmux -L "$socket" list-panes -s -t "=$name:" -f '#{m:*--keep*,#{pane_start_command}}' -F '#{pane_pid}' |
                    while read -r loop; do kill "$loop" || :; done
            done
        done
    done
    ((${#found[@]})) || say "nothing of $base runs"
    for name in "${found[@]}"; do
        socket=${name% *} name=${name#* }
        for _ in {1..150}; do # its program has twelve seconds to end, then its loop ends too, and the session with it
            exists "$socket" "$name" || break
            sleep 0.1
        done
        tmux -L "$socket" kill-session -t "=$name" 2>/dev/null || :
        say "$name ended"
    done
}

# keep NAME COMMAND…: runs the command again whenever it ends, after 1, 2, 4 … 60 s; from 1 s again after a good minute.
keep() {
    local name=$1 pause=1 began child='' code why
    shift
    set +e # this loop outlives every failure
    export TERM=tmux-256color
    trap 'end_child; exit' TERM HUP
    trap : INT QUIT # they reach the program, or cut the pause short
    trap '' TSTP    # nobody could continue what stops here
    while :; do
        began=$SECONDS
        run "$@"
        ((SECONDS - began < 60)) || pause=1
        leave_screen
        case $code in
            0)
                say "$(date +%T) $name was stopped by its owner. Press Enter to start it again."
                while read -rt 0 && read -r; do :; done # what was typed to the program
                waits yes
                until read -r; do [[ -t 0 ]] || exit; done
                waits ''
                continue
                ;;
            2) why="cannot start, see above" ;;
            *) why="ended with exit code $code, see above and $DM_HOME/log" ;;
        esac
        say "$(date +%T) $name $why. Again in $pause s (now: Ctrl-C)."
        run sleep "$pause"
        pause=$((pause < 30 ? 2 * pause : 60))
    done
}

# waits yes|'': notes on the session whether its program waits for Enter, for a start that comes meanwhile.
waits() { [[ -z ${TMUX_PANE:-} ]] || tmux set-option -t "$TMUX_PANE" @meter_waits "$1" 2>/dev/null; }

# run COMMAND…: waits for it in the background, where this loop can hear signals, with the keyboard and its keys.
run() {
    env --default-signal=INT,QUIT "$@" <&0 &
    child=$!
    while :; do
        wait "$child"
        code=$?
        kill -0 "$child" 2>/dev/null || break
    done
    child=''
}

end_child() {
    kill "$child"
    for _ in {1..130}; do
        kill -0 "$child" || return
        sleep 0.1
    done
    kill -KILL "$child"
} 2>/dev/null

# What a killed dashboard leaves behind: a raw terminal without cursor and line breaks, and its last picture on top.
leave_screen() {
    [[ -t 0 && -n ${TMUX_PANE:-} ]] || return
    stty sane
    printf '\e[?1000;1002;1003;1004;1006;2004l\e[?7;25h\e[m'
    [[ $(tmux display-message -p -t "$TMUX_PANE" '#{alternate_on}') == 0 ]] || printf '\e[?1049l'
}

# follow FOLDER: the end of its log files and every new line, also of files that appear later.
follow() {
    local file lines=20
    local -A followed
    shopt -s nullglob
    cd -- "$1"
    say "following $PWD/*.log"
    while :; do
        for file in *.log; do
            [[ -z ${followed[$file]:-} ]] || continue
            followed[$file]=yes
            tail --pid=$$ --lines="$lines" -F -- "$file" &
        done
        lines=+1
        sleep 2
    done
}

main() {
    [[ -n ${LC_ALL:-}${LC_CTYPE:-}${LANG:-} ]] || export LC_ALL=C.UTF-8 # cron gives none: not a wish for ASCII
    base=$(realpath -m -- "${DM_HOME:-$here}")
    # What ends that which this call starts: with the same home and socket, where they were set.
    printf -v to_stop '%s%s%q --stop' "${DM_HOME:+DM_HOME=${base@Q} }" "${DM_TMUX:+DM_TMUX=${DM_TMUX@Q} }" "$self"
    sockets=("${DM_TMUX:-default}")
    [[ -n ${DM_TMUX:-} ]] || sockets+=(digital-meter-demo)
    case ${1:-start} in
        start | --demo) start "${1:-start}" ;;
        --stop) stop ;;
        --keep) keep "${@:2}" ;;
        --follow) follow "$2" ;;
        *) sed -n '2,/^set/{/^#/p}' "$self" && exit 1 ;;
    esac
}

main "$@"
