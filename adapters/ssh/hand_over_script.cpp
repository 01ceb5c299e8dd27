// How a VM makes fresh host keys, puts them into use and forgets the operator. Every script may run again after it was
// cut off at any point. What a script says to us stands in lines "slipway: WORD …" of stdout, and "slipway: done" ends it:
// a login may print things of its own before it (.bashrc), and a forced command prints only those.
#include "adapters/ssh/remote_scripts.hpp"

namespace slipway::ssh {

namespace {

// Stops with a sentence; understood by hand_over.cpp.
constexpr std::string_view common = R"sh(umask 077
r=${SLIPWAY_VM_ROOT:-}
state=$r/var/lib/slipway
spare=$state/host_keys
in_use=$r/etc/ssh
fail() {
    echo "slipway: broken $*" >&2
    exit 1
}
to_disk() { sync "$@" 2>/dev/null || sync; }
tell_keys() { sed 's/^/slipway: key /' "$@"; }
# A script whose session was cut off goes on beside its next try, and so does a copy of the log beside its original: one
# changes the keys, the others wait and find them changed.
alone() {
    command -v flock >/dev/null || return 0
    exec 9<"$spare" && flock -w 60 9 || fail "another change of the SSH keys does not end"
}
echo
)sh";

// The folder is renamed into place as a whole, so it is there with all its keys or not at all. Of two callers at the
// same time one wins and both print the winner's.
constexpr std::string_view prepare = R"sh(main() {
    mkdir -p "$state" || fail "cannot create $state: is the disk full?"
    if [ ! -d "$spare" ]; then
        fresh=$(mktemp -d "$spare.XXXXXX") || fail "cannot create a folder in $state: is the disk full?"
        for type in ed25519 ecdsa rsa; do
            if [ "$type" = ed25519 ] || [ -e "$in_use/ssh_host_${type}_key" ]; then
                ssh-keygen -q -t "$type" -N '' -C '' -f "$fresh/ssh_host_${type}_key" </dev/null >&2 ||
                    fail "cannot make a host key of type $type: is the disk full?"
            fi
        done
        # Room for what has to be written at the end, when the recipe may have filled the disk.
        head -c 65536 /dev/zero >"$fresh/room" || fail "cannot write to $state: is the disk full?"
        to_disk "$fresh"/* "$fresh"
        mv -T "$fresh" "$spare" 2>/dev/null || rm -rf "$fresh"
        to_disk "$state"
    fi
    tell_keys "$spare"/*.pub || fail "the prepared host keys cannot be read"
}
main </dev/null
echo 'slipway: done'
)sh";

// The private copies stay in `spare` until the new keys have been seen in use (forget_operator_script).
constexpr std::string_view install = R"sh(material() { cut -d ' ' -f 1,2 "$1"; }
main() {
    # A recipe that has begun may have changed SSH on purpose: a restart would put that into use too early.
    if [ -n "$run" ] && [ -e "$state/recipes/$run/started" ]; then return; fi
    [ -d "$spare" ] || fail "no host keys have been prepared on this VM"
    alone
    for public in "$spare"/*.pub; do
        case $wanted in *"
$(material "$public")
"*) ;; *) fail "the host keys prepared on the VM are not the ones that were recorded" ;; esac
    done
    for public in "$spare"/*.pub; do
        key=${public%.pub}
        target=$in_use/${key##*/}
        if [ ! -e "$key" ]; then
            [ "$(material "$public")" = "$(material "$target.pub")" ] && continue
            fail "the private part of a prepared host key is gone"
        fi
        cp "$key" "$target.new" && chmod 600 "$target.new" && cp "$public" "$target.pub.new" &&
            chmod 644 "$target.pub.new" || fail "cannot write to $in_use: is the disk full?"
        # A damaged key would keep sshd from starting again.
        [ "$(ssh-keygen -y -f "$target.new" | cut -d ' ' -f 1,2)" = "$(material "$public")" ] ||
            fail "a copied host key is damaged"
        to_disk "$target.new" "$target.pub.new"
        mv "$target.new" "$target" && mv "$target.pub.new" "$target.pub" || fail "cannot replace $target"
    done
    to_disk "$in_use"
    [ "$tell_sshd" = 1 ] || return 0

    # sshd reads its host keys when it starts. One that is started per connection has no pid file.
    pid=
    if [ -s "$r/run/sshd.pid" ]; then read -r pid <"$r/run/sshd.pid"; fi
    if [ -n "$pid" ] && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = sshd ]; then
        kill -HUP "$pid" || fail "cannot make sshd read its new host keys"
    elif [ -z "$r" ]; then
        # Neither runs where every connection gets an sshd of its own: then there is nobody to tell. Whether the new keys
        # are in use is seen by the next connection, before the operator's key goes.
        systemctl reload ssh 2>/dev/null || systemctl reload sshd 2>/dev/null || true
    fi
    echo 'slipway: installed'
}
main </dev/null
echo 'slipway: done'
)sh";

// Exactly the lines that hold this key go; every other byte, the mode and the owner stay.
constexpr std::string_view forget = R"sh(main() {
    [ ! -d "$spare" ] || alone
    rm -f "$spare"/ssh_host_*_key "$spare/room"
    keys=$(readlink -f "$r/root/.ssh/authorized_keys")
    if [ -n "$keys" ] && [ -e "$keys" ]; then
        fresh=$keys.slipway.$$
        cp -a "$keys" "$fresh" && LC_ALL=C sed -e "\\|^[[:blank:]]*#|b" \
            -e "\\|^\\(.*[[:blank:]]\\)\\{0,1\\}[[:alnum:]@.-]\\{1,\\}[[:blank:]]\\{1,\\}$blob\\([[:space:]].*\\)\\{0,1\\}\$|d" \
            "$keys" >"$fresh" || {
            rm -f "$fresh"
            fail "cannot write beside $keys: is the disk full?"
        }
        if cmp -s "$keys" "$fresh"; then
            rm -f "$fresh"
        else
            to_disk "$fresh"
            mv "$fresh" "$keys" || fail "cannot replace $keys"
        fi
    fi
    sync
    tell_keys "$in_use"/ssh_host_*_key.pub 2>/dev/null
}
main </dev/null
echo 'slipway: done'
)sh";

}  // namespace

std::string prepare_host_keys_script() {
    return std::string(common) + std::string(prepare);
}

std::string install_host_keys_script(const std::vector<std::string>& prepared, std::string_view unless_started,
                                     bool tell_sshd) {
    // Public lines of checked keys: base64, letters and dashes, nothing that could end the quotes.
    std::string wanted = "wanted='\n";
    for (const std::string& line : prepared) wanted += line.substr(0, line.find(' ', line.find(' ') + 1)) + "\n";
    return std::string(common) + wanted + "'\nrun='" + std::string(unless_started) + "' tell_sshd=" +
           (tell_sshd ? "1" : "0") + "\n" + std::string(install);
}

std::string forget_operator_script(std::string_view operator_blob) {
    return std::string(common) + "blob='" + std::string(operator_blob) + "'\n" + std::string(forget);
}

}  // namespace slipway::ssh
