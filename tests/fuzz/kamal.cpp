// Kamal's deploy.yml: any bytes. Either nothing changes, or what changes is one host's bytes in favour of the address,
// and the file is still read as the same file.
#include "adapters/cli/kamal/deploy_file.hpp"
#include "adapters/cli/kamal/hosts.hpp"
#include "tests/fuzz/check.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

using namespace slipway::cli::kamal;
using slipway::fuzz::check;

namespace {

constexpr std::string_view address = "203.0.113.77";

// Whether `after` is `before` with `host` exchanged for the address in one or more places, and nothing else. `reached`
// are the places in `after` up to which it fits.
bool only_exchanged(std::string_view before, std::string_view after, std::string_view host) {
    std::vector<std::set<std::size_t>> reached(before.size() + 1);
    reached[0].insert(0);
    for (std::size_t i = 0; i < before.size(); ++i)
        for (const std::size_t j : reached[i]) {
            if (j < after.size() && before[i] == after[j]) reached[i + 1].insert(j + 1);
            if (before.substr(i).starts_with(host) && after.substr(std::min(j, after.size())).starts_with(address))
                reached[i + host.size()].insert(j + address.size());
        }
    return reached[before.size()].contains(after.size()) && before != after;
}

void put(std::string_view file, std::string_view instead_of) {
    const edit made = put_address(file, address, instead_of);
    if (const auto* nothing = std::get_if<unchanged>(&made)) return check(!nothing->why.empty(), "it is said why");
    const auto& done = std::get<changed>(made);
    check(!done.instead.empty() && only_exchanged(file, done.bytes, done.instead), "only a host's bytes change",
          done.bytes);
    if (!instead_of.empty()) check(done.instead == instead_of, "the host that was named is the one", done.instead);
    const auto before = find_hosts(file), after = find_hosts(done.bytes);
    check(std::holds_alternative<host_list>(after), "the file can still be read", done.bytes);
    const auto& hosts = std::get<host_list>(after).places;
    check(hosts.size() == std::get<host_list>(before).places.size(), "it has as many hosts as before", done.bytes);
    check(std::any_of(hosts.begin(), hosts.end(), [](const host_place& p) { return p.host == address; }),
          "the address is one of them", done.bytes);
    const edit again = put_address(done.bytes, address, instead_of);
    const auto* nothing = std::get_if<unchanged>(&again);
    check(nothing != nullptr && nothing->there_already, "a second time there is nothing to do", done.bytes);
    check(!line_diff("deploy.yml", file, done.bytes).empty(), "the difference can be shown");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto file = slipway::fuzz::text_of(data, size);
    put(file, {});
    put(file, "10.0.0.5");
    return 0;
}
