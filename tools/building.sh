# Sourced by tools/run, tools/bench and tools/test, which set $root: sets up a build directory once and brings it up to date.
# Everything it prints goes to stderr, and only when there is something to do.
# shellcheck shell=bash disable=SC2154

# A clone must find in ccache what another clone of the same commit has compiled.
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1

# Many sources at once as one unit: a third of the time that they take one by one.
# shellcheck disable=SC2034
release_options=(--buildtype=release -Doptimization=2 -Db_pie=true -Dtests=false --unity=on --unity-size=25)

# How many compilers at once: one a core, but a heavy unit needs up to 1.5 GB.
build_jobs() {
    local cores memory_kib
    cores=$(nproc)
    memory_kib=$(sed -n 's/^MemAvailable: *\([0-9]*\) kB$/\1/p' /proc/meminfo)
    local fit=$((${memory_kib:-8000000} / 1500000))
    [ "$fit" -ge 1 ] || fit=1
    echo $((cores < fit ? cores : fit))
}

# configure DIRECTORY MESON-OPTION…: nothing when it is configured with these options already. CXX is heeded.
configure() {
    local directory=$1 options
    shift
    if command -v mold >/dev/null; then export CXX_LD=mold; fi
    options="${CXX-} ${CXX_LD-} $*"
    if [ -f "$directory/build.ninja" ]; then
        # One that somebody has set up by hand stays as it is.
        [ -f "$directory/.options" ] && [ "$(cat "$directory/.options")" != "$options" ] || return 0
        set -- --wipe "$@"
    fi
    meson setup "$@" "$directory" "$root" >&2 </dev/null || return 1
    printf '%s\n' "$options" >"$directory/.options"
}

# compile DIRECTORY [TARGET…]: two at the same time wait for each other.
compile() {
    local directory=$1
    shift
    (
        flock 9
        # Ninja says "no work to do" and more on stdout; asked first, it can be left alone then.
        case $(ninja -C "$directory" -n "$@" 2>&1) in
            *"ninja: no work to do."*) ;;
            *) ninja -C "$directory" -j "$(build_jobs)" "$@" >&2 9>&- </dev/null ;;
        esac
    ) 9>"$directory/.lock"
}
