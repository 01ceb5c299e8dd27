// slipway server list, slipway server show: they read the log and talk to nobody.
#include "adapters/cli/reading.hpp"
#include "adapters/cli/verbs.hpp"
#include "engine/runtime/system.hpp"

#include <nlohmann/json.hpp>

namespace slipway::cli {

int server_list(invocation& in, const list_arguments& args) {
    auto vms = read_vms(in.settings.database);
    if (!vms) return complain(in.out, vms.error());
    std::vector<vm_view> shown;
    for (vm_view& vm : *vms)
        if (args.all || !vm.state.in("terminated")) shown.push_back(std::move(vm));
    if (in.typed.json) {
        nlohmann::ordered_json all = nlohmann::ordered_json::array();
        for (const vm_view& vm : shown) all.push_back(to_json(vm));
        in.out.result(all.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
    } else if (shown.empty()) {
        in.out.note("no VMs; create one with: slipway server create NAME");
    } else {
        in.out.result(table_of(shown, system_clock().now()));
    }
    return exit_done;
}

int server_show(invocation& in, const show_arguments& args) {
    auto vms = read_vms(in.settings.database);
    if (!vms) return complain(in.out, vms.error());
    auto vm = find_vm(*vms, args.vm);
    if (!vm) return complain(in.out, vm.error());
    if (in.typed.json)
        in.out.result(to_json(*vm).dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
    else
        in.out.result(details_of(*vm));
    return exit_done;
}

}  // namespace slipway::cli
