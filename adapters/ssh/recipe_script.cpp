// How a recipe is started once, run detached, bounded, watched and followed. The layout is explained in the header.
#include "adapters/ssh/remote_scripts.hpp"
#include "engine/base/base64.hpp"

#include <algorithm>

namespace slipway::ssh {

namespace {

// Put on the VM as `runner`; called as: sh runner VERB DIR …
constexpr std::string_view runner = R"sh(#!/bin/sh
# slipway's recipe runner. One folder per run; see `started` and `exit` in it.
umask 077
self=$0 verb=$1 dir=$2
cd "$dir" || exit 1
limit=1048576

say() { echo "slipway: $*" >&2; }

# Milliseconds since boot: a clock that nobody sets.
now() {
    read -r up _ </proc/uptime
    fraction=${up#*.}
    echo $((${up%.*} * 1000 + (1$fraction - 100) * 10))
}

# "PID START BOOT" of a living process.
identity() {
    read -r stat 2>/dev/null <"/proc/$1/stat" || return 1
    of=$1
    set -- ${stat##*) }
    [ "$1" != Z ] || return 1
    read -r boot </proc/sys/kernel/random/boot_id
    echo "$of ${20} $boot"
}

# Does the script's process live? The file names it so that no later process with the same pid is taken for it.
script_lives() {
    read -r pid start boot_then 2>/dev/null <group || return 1
    [ "$(identity "$pid")" = "$pid $start $boot_then" ]
}

# Does the runner live? It holds a lock on `started` for as long as it does, whatever ends it.
runner_lives() { ! flock -n -s started true 2>/dev/null; }

to_disk() { sync "$@" 2>/dev/null || sync; }

size_of() { if [ -f "$1" ]; then wc -c <"$1"; else echo 0; fi; }

# CODE TIMED_OUT BYTES MILLISECONDS [cloud_init]: the end of the run. Written over what supervise reserved, without making it shorter.
finish() {
    echo "$*" 1<>exit.new
    to_disk exit.new
    mv exit.new exit
    to_disk .
    exit 0
}

cloud_init() {
    if [ -n "${SLIPWAY_VM_ROOT:-}" ]; then
        [ -x "$SLIPWAY_VM_ROOT/usr/bin/cloud-init" ] && echo "$SLIPWAY_VM_ROOT/usr/bin/cloud-init"
    else
        command -v cloud-init
    fi
}

# TOKEN SECONDS NEEDS_CLOUD_INIT: becomes the one process that runs the recipe, unless there is one.
supervise() {
    echo "$$ $1" >"claim.$$"
    to_disk "claim.$$"
    exec 9<"claim.$$"
    flock 9 || exit 1
    ln "claim.$$" started 2>/dev/null
    won=$?
    rm -f "claim.$$"
    [ "$won" = 0 ] || exit 0
    # Room for the last word, so that a disk that the recipe has filled takes it all the same.
    printf '%63s\n' '' >exit.new
    to_disk exit.new .
    : >>output

    # A recipe that installs packages must not meet cloud-init doing the same.
    if waiter=$(cloud_init); then
        timeout -k 5 "$2" "$waiter" status --wait </dev/null >/dev/null 2>&1 9<&-
        waited=$?
        # 2: it is done, and only complains.
        if [ "$waited" = 124 ] || [ "$waited" = 137 ] || { [ "$3" = 1 ] && [ "$waited" != 0 ] && [ "$waited" != 2 ]; }; then
            timeout -k 1 5 "$waiter" status --long </dev/null >>output 2>&1 9<&-
            case $waited in
            124 | 137) finish 124 1 "$(size_of output)" 0 cloud_init ;;
            *) finish "$waited" 0 "$(size_of output)" 0 cloud_init ;;
            esac
        fi
    elif [ "$3" = 1 ]; then
        echo "the image has no cloud-init" >>output
        finish 127 0 "$(size_of output)" 0 cloud_init
    fi

    rm -f pipe
    mkfifo pipe
    setsid /bin/sh "$self" drain "$dir" <pipe >/dev/null 2>&1 9<&- &
    setsid /bin/sh "$self" watch "$dir" "$2" </dev/null >/dev/null 2>&1 9<&- &
    watcher=$!
    from=$(now)
    echo "$from" >begun.new
    mv begun.new begun
    setsid /bin/sh "$self" launch "$dir" </dev/null >pipe 2>&1 9<&-
    code=$?
    : >ended
    took=$(($(now) - from))
    kill -KILL "-$watcher" 2>/dev/null || kill -KILL "$watcher" 2>/dev/null
    timed_out=0
    if [ -e timed_out ]; then
        timed_out=1
        code=124
        # The script may have obeyed while its children did not.
        read -r group _ 2>/dev/null <group && kill -KILL "-$group" 2>/dev/null
    fi
    # The end of the output; but a service that the recipe left behind may hold the pipe for as long as it runs.
    tries=0
    while [ ! -e drained ] && [ "$tries" -lt 50 ]; do
        sleep 0.02
        tries=$((tries + 1))
    done
    dropped=0
    [ ! -e dropped ] || read -r dropped <dropped
    finish "$code" "$timed_out" $(($(size_of output) + dropped + $(size_of over))) "$took"
}

# Becomes the recipe, as the leader of a session and a process group of its own.
launch() {
    identity $$ >group.new
    mv group.new group
    unset SSH_CONNECTION SSH_CLIENT SSH_TTY
    export HOME="${SLIPWAY_VM_ROOT:-}/root" SLIPWAY_RUN_ID="${dir##*/}"
    if [ "$(id -u)" = 0 ]; then export USER=root LOGNAME=root; fi
    case ":$PATH:" in *:/usr/sbin:*) ;; *) export PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" ;; esac
    umask 022
    cd "$HOME" 2>/dev/null || cd /
    if [ "$(head -c 2 "$dir/script" | tr -d '\0')" = '#!' ]; then exec "$dir/script"; fi
    exec /bin/sh "$dir/script"
}

# SECONDS: ends the recipe when its time is over. First asks, after five seconds insists.
watch() {
    sleep "$1"
    tries=0
    until [ -e group ] || [ "$tries" -gt 200 ]; do
        sleep 0.05
        tries=$((tries + 1))
    done
    if [ -e ended ] || ! script_lives; then exit 0; fi
    : >timed_out
    read -r group _ <group
    kill -TERM "-$group"
    tries=0
    while [ "$tries" -lt 100 ] && kill -0 "-$group" 2>/dev/null; do
        sleep 0.05
        tries=$((tries + 1))
    done
    kill -KILL "-$group" 2>/dev/null
}

# Takes all the output, for as long as there is any: keeps the first MiB as it comes, of the rest only the end. It never
# stops reading, so that the recipe never writes into a closed pipe.
drain() {
    at_once=
    if command -v stdbuf >/dev/null; then at_once='stdbuf -o0'; fi
    $at_once head -c "$limit" >>output
    dropped=0
    while :; do
        $at_once head -c "$limit" >over
        size=$(size_of over)
        [ "$size" = "$limit" ] || break
        mv over over.previous
        dropped=$((dropped + size))
        echo "$dropped" >dropped.new
        mv dropped.new dropped
    done
    cat >/dev/null
    : >drained
}

# TOKEN SECONDS OFFSET MAY_START NEEDS_CLOUD_INIT: starts the recipe if nobody did, hands out its output, says how it ended.
follow() {
    if [ ! -e started ]; then
        if [ "$4" != 1 ]; then
            say gone
            exit 1
        fi
        setsid -f /bin/sh "$self" supervise "$dir" "$1" "$2" "$5" </dev/null >/dev/null 2>&1 || exit 1
        tries=0
        until [ -e started ]; do
            if [ "$tries" -gt 500 ]; then
                say broken "the recipe's runner did not start within 10 s"
                exit 1
            fi
            sleep 0.02
            tries=$((tries + 1))
        done
    fi
    read -r _ token <started
    if [ "$token" = "$1" ]; then say own; else say found; fi
    tries=0
    until [ -e begun ] || [ -e exit ] || ! runner_lives; do
        tries=$((tries + 1))
        if [ "$tries" -lt 50 ]; then sleep 0.01; else sleep 0.2; fi
    done
    [ ! -e begun ] || say begun
    printf '\nslipway: output %s\n' "$1"

    # tail goes on until the process that it is given ends: one that waits for the runner's lock. (The runner itself would
    # not do: after its death it may be a zombie for ever, where nobody collects it.)
    if [ ! -e exit ]; then
        if runner_lives; then
            flock -s started true </dev/null >/dev/null 2>&1 &
        else
            # The runner was killed, its script perhaps not. Nobody will see the exit code, but it is watched to its end.
            while script_lives; do sleep 0.2; done </dev/null >/dev/null 2>&1 &
        fi
        tail -c "+$(($3 + 1))" -f -s 0.05 --pid=$! output 2>/dev/null
    else
        tail -c "+$(($3 + 1))" output
    fi

    if [ ! -e exit ] && { runner_lives || script_lives; }; then
        say again
        exit 0
    fi
    if [ -e exit ]; then
        read -r ended <exit
        say end "$ended"
    else
        dropped=0
        [ ! -e dropped ] || read -r dropped <dropped
        say lost $(($(size_of output) + dropped + $(size_of over)))
    fi
    # Base64 in one line, so that no byte of the recipe's can be taken for ours.
    say tail "$(cat output over.previous over 2>/dev/null | tail -c 4096 | base64 | tr -d '\n')"
}

shift 2
"$verb" "$@"
)sh";

// What is sent: it puts the two files in place and goes on as the runner.
constexpr std::string_view opening = R"sh(umask 077
echo >&2
dir=${SLIPWAY_VM_ROOT:-}/var/lib/slipway/recipes/$run
fail() {
    echo "slipway: broken cannot write to $dir: is the disk full?" >&2
    exit 1
}
put() {
    base64 -d >"$dir/$1.$$" && chmod 700 "$dir/$1.$$" && sync "$dir/$1.$$" || fail
    ln "$dir/$1.$$" "$dir/$1" 2>/dev/null || [ -e "$dir/$1" ] || fail
    rm -f "$dir/$1.$$"
}
for tool in base64 flock mkfifo setsid tail timeout; do
    command -v "$tool" >/dev/null || {
        echo "slipway: broken the VM has no $tool (packages coreutils and util-linux)" >&2
        exit 1
    }
done
if [ "$may_start" = 1 ]; then mkdir -p "$dir" || fail; fi
if [ ! -d "$dir" ]; then
    echo "slipway: gone" >&2
    exit 1
fi
)sh";

// Base64 has no character that could end the here-document or mean anything to the shell.
std::string put_file(std::string_view name, std::string_view content) {
    const std::string encoded = base64_encode(content);
    std::string text = "[ -e \"$dir/started\" ] || put " + std::string(name) + " <<'.'\n";
    for (std::size_t i = 0; i < encoded.size(); i += 76) text += encoded.substr(i, 76) + "\n";
    return text + ".\n";
}

std::string seconds_of(std::chrono::milliseconds time) {
    const auto ms = std::max<std::int64_t>(time.count(), 1);
    const std::string fraction = std::to_string(1000 + ms % 1000).substr(1);
    return std::to_string(ms / 1000) + "." + fraction;
}

}  // namespace

bool is_run_id(std::string_view text) {
    if (text.empty() || text.size() > 100 || text.front() == '.' || text.front() == '-') return false;
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
               c == '-';
    });
}

std::string follow_script(const follow_request& request) {
    const std::string may_start = request.may_start ? "1" : "0";
    std::string text = "run=" + request.run_id + " may_start=" + may_start + "\n" + std::string(opening);
    if (request.may_start) {
        text += put_file("runner", runner);
        text += put_file("script", request.script);
    }
    text += "exec /bin/sh \"$dir/runner\" follow \"$dir\" " + request.token + " " + seconds_of(request.deadline) + " " +
            std::to_string(request.offset) + " " + may_start + (request.needs_cloud_init ? " 1" : " 0") + " </dev/null\n";
    return text;
}

}  // namespace slipway::ssh
