#include "tools/hetzner-sim/state_file.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace slipway::sim {

result<void> read_state(const std::string& path, json& into) {
    into = nullptr;
    if (!std::filesystem::exists(path)) return {};
    std::ifstream in(path, std::ios::binary);
    into = json::parse(in, nullptr, false);
    if (into.is_discarded() || !into.is_object() || into.value("version", 0) != 1)
        return make_error(error_kind::configuration, path + " is no state of hetzner-sim; remove it to start anew");
    return {};
}

result<void> write_state(const std::string& path, const json& state) {
    const std::string fresh = path + ".new";
    std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
    out << state.dump(-1, ' ', false, json::error_handler_t::replace);
    out.close();
    if (!out || std::rename(fresh.c_str(), path.c_str()) != 0)
        return make_error(error_kind::storage, "cannot write the state to " + path);
    return {};
}

}  // namespace slipway::sim
