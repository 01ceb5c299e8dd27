#include "adapters/cli/outcome.hpp"

#include "adapters/cli/answer_text.hpp"
#include "adapters/cli/wording.hpp"
#include "engine/model/recipe_output.hpp"
#include "engine/runtime/system.hpp"

#include <nlohmann/json.hpp>

namespace slipway::cli {

namespace {

// Why a VM is not where it was wanted, for the last line on stderr.
std::string shortfall(const vm_view& vm) {
    const spine& d = vm.state.data;
    std::string text = d.spec.name + " is " + std::string(vm.state.state_name());
    if (d.failure && vm.state.in("failed")) text += ": " + printable(with_output(d.failure->message, d.failure->output));
    if (d.held) text += " and held: " + printable(d.held->message) + "; nothing was deleted: slipway audit says what to do";
    if (!d.leaked.empty()) {
        text += ". Still at Hetzner and not deleted:";
        for (const leak& l : d.leaked)
            text += (l.kind == resource_kind::server ? " server " : " SSH key ") + (l.id ? std::to_string(l.id) : l.name);
        text += "; try again with: slipway server delete " + vm.stream.text;
    }
    return text;
}

}  // namespace

int report(invocation& in, const std::vector<vm_view>& vms, bool (*is_wanted)(const vm_state&)) {
    using nlohmann::ordered_json;
    ordered_json all = ordered_json::array();
    for (const vm_view& vm : vms) all.push_back(to_json(vm));
    if (in.typed.json) {
        in.out.result(document_text(vms.size() == 1 ? all.front() : all));
    } else if (vms.size() == 1) {
        in.out.result(details_of(vms.front()));
    } else {
        in.out.result(vm_table(all, system_clock().now()));
    }
    int code = exit_done;
    for (const vm_view& vm : vms) {
        if (is_wanted(vm.state)) continue;
        in.out.complain(shortfall(vm));
        code = exit_failed;
    }
    return code;
}

}  // namespace slipway::cli
