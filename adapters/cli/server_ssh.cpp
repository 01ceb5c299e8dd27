// slipway server ssh: becomes ssh, which is told the VM's host keys and accepts no others.
#include "adapters/cli/market_session.hpp"
#include "adapters/cli/market_view.hpp"
#include "adapters/cli/reading.hpp"
#include "adapters/hetzner/private_file.hpp"

#include <nlohmann/json.hpp>

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace slipway::cli {

namespace {

using boost::asio::awaitable;
using nlohmann::ordered_json;

struct destination {
    std::string id;
    std::string name;
    std::string state;
    std::string address;
    std::string key_name;
    std::vector<std::string> host_keys;
};

destination of(const ordered_json& vm) {
    destination d;
    d.id = text_of(vm, "id");
    d.name = text_of(vm, "name");
    d.state = text_of(vm, "state");
    d.address = text_of(vm, "ipv4");
    if (const auto keys = vm.find("host_keys"); keys != vm.end() && keys->is_array())
        for (const ordered_json& key : *keys)
            if (key.is_string()) d.host_keys.push_back(key.get<std::string>());
    return d;
}

awaitable<int> look_up(market_session& s, const std::string& vm, destination& into) {
    const auto answer = co_await s.ask("GET", "/v1/vms/" + net::percent_encode(vm));
    if (answer.good()) into = of(answer.document);
    co_return answer.code;
}

int become_ssh(invocation& in, const destination& d, const std::vector<std::string>& command) {
    const int port = in.settings.ssh_port;
    const std::string host = port == 22 ? d.address : "[" + d.address + "]:" + std::to_string(port);
    std::string known;
    for (const std::string& key : d.host_keys) known += host + " " + key + "\n";
    const auto cache =
        in.environment.text("XDG_CACHE_HOME").value_or(in.environment.text("HOME").value_or("") + "/.cache");
    const std::string file = cache + "/slipway/known_hosts-" + d.id;
    if (!hetzner::write_private_file(file, known))
        return complain(in.out, make_error(error_kind::failed, file + " cannot be written"));

    std::vector<std::string> words{"ssh",
                                   "-o",
                                   "StrictHostKeyChecking=yes",
                                   "-o",
                                   "UserKnownHostsFile=\"" + file + "\"",
                                   "-o",
                                   "GlobalKnownHostsFile=none",
                                   "-o",
                                   "UpdateHostKeys=no",
                                   "-p",
                                   std::to_string(port)};
    // The key it was made with, which ssh would not try by itself where its name is unusual.
    const std::string identity = in.environment.text("HOME").value_or("") + "/.ssh/" + d.key_name;
    std::error_code none;
    if (!d.key_name.empty() && d.key_name.find('/') == std::string::npos &&
        std::filesystem::is_regular_file(identity, none)) {
        words.push_back("-i");
        words.push_back(identity);
    }
    words.push_back((in.settings.ssh_user.empty() ? "root" : in.settings.ssh_user) + "@" + d.address);
    if (!command.empty()) words.push_back("--");
    words.insert(words.end(), command.begin(), command.end());
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::execvp("ssh", arguments.data());
    return complain(in.out,
                    make_error(error_kind::failed, std::string("ssh cannot be started: ") + std::strerror(errno)));
}

}  // namespace

int server_ssh(invocation& in, const ssh_arguments& args) {
    destination d;
    if (in.api) {
        market_session s(in);
        const int code = s.run([&](market_session& running) { return look_up(running, args.vm, d); });
        if (code != exit_done) return code;
    } else {
        auto vms = read_vms(in.settings.database);
        if (!vms) return complain(in.out, vms.error());
        auto vm = find_vm(*vms, args.vm);
        if (!vm) return complain(in.out, vm.error());
        d = of(to_json(*vm));
        d.key_name = vm->state.data.spec.key_name;
    }
    if (d.state != "active" || d.address.empty() || d.host_keys.empty())
        return complain(
            in.out, make_error(error_kind::refused, d.name + " is " + d.state + ": nobody can log in" +
                                                        (d.state == "active" ? ", its host key is not known" : "")));
    return become_ssh(in, d, args.command);
}

}  // namespace slipway::cli
