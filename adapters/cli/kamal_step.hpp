// What server create does to Kamal's deploy.yml: found before anything is ordered, changed when the VM is in the user's
// hands and they agree. Blocks: not on a loop.
#pragma once

#include "adapters/cli/invocation.hpp"
#include "adapters/cli/verb.hpp"
#include "adapters/cli/vm_view.hpp"

#include <string>
#include <vector>

namespace slipway::cli {

// What may be typed for it.
struct kamal_options {
    std::string file;        // empty: config/deploy.yml where there is one
    std::string instead_of;  // the host that the new VM replaces; empty: the only one, or the placeholder
    bool none = false;
};

void add_kamal_options(option_list& options, kamal_options& to);

struct kamal_plan {
    std::string file;  // empty: there is none
    std::string instead_of;
    bool named = false;   // by --kamal: nobody needs to be asked where nobody can be
    bool wanted = false;  // false: not a word about Kamal
};

// error_kind::usage where a file was named that cannot be read.
result<kamal_plan> plan_kamal(const kamal_options& typed);

// With the VMs that were made; the exit code. A file that is left alone is no failure: it is said what to do by hand.
int put_into_kamal(invocation& in, const kamal_plan& plan, const std::vector<vm_view>& made);

}  // namespace slipway::cli
