#include "adapters/cli/reading.hpp"

#include "adapters/cli/suggestion.hpp"
#include "adapters/composition/store.hpp"

#include <algorithm>

namespace slipway::cli {

result<std::vector<vm_view>> read_vms(const composition::location& database) {
    std::vector<vm_view> vms;
    if (!composition::store_exists(database)) return vms;
    const auto log = composition::open_reader(database, composition::if_damaged::refuse);
    if (!log) return log.error();
    head_filter filter;
    filter.kind = std::string(vm_kind);
    auto heads = (*log)->heads(filter);
    if (!heads) return heads.error();
    for (const stream_head& head : *heads) {
        auto records = (*log)->read_stream(head.stream, 0);
        if (!records) return records.error();
        if (records->empty()) continue;
        auto state = replay(*records);
        if (!state) return state.error();
        vm_view vm;
        vm.stream = head.stream;
        vm.state = *std::move(state);
        vm.created_at = records->front().at;
        vm.changed_at = records->back().at;
        vms.push_back(std::move(vm));
    }
    std::sort(vms.begin(), vms.end(), [](const vm_view& a, const vm_view& b) { return a.stream < b.stream; });
    return vms;
}

result<vm_view> find_vm(const std::vector<vm_view>& vms, const std::string& name_or_id) {
    const vm_view* best = nullptr;
    std::vector<std::string> names;
    for (const vm_view& vm : vms) {
        const spine& d = vm.state.data;
        const std::string name = d.known_server() ? d.known_server()->name : d.server_name();
        const bool live = !vm.state.in("terminated");
        if (live) names.push_back(name);
        if (vm.stream.text == name_or_id) return vm;
        if (name != name_or_id && d.spec.name != name_or_id) continue;
        if (best == nullptr || live || best->state.in("terminated")) best = &vm;
    }
    if (best != nullptr) return *best;
    return make_error(error_kind::not_found,
                      "there is no VM " + name_or_id +
                          (names.empty() ? "; none has been created with this database yet" : did_you_mean(name_or_id, names)));
}

}  // namespace slipway::cli
