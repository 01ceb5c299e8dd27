// slipway server ssh: becomes ssh, which is told the VM's host keys and accepts no others.
#include "adapters/cli/answer_text.hpp"
#include "adapters/cli/api_session.hpp"
#include "adapters/cli/key_files.hpp"
#include "adapters/cli/login.hpp"
#include "adapters/cli/missing_database.hpp"
#include "adapters/cli/verbs.hpp"
#include "adapters/hetzner/private_file.hpp"
#include "engine/model/public_key.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace slipway::cli {

namespace {

using boost::asio::awaitable;

int become_ssh(invocation& in, const vm_view& vm, const std::vector<std::string>& command) {
    const auto there = login_of(vm);
    if (!there) return complain(in.out, there.error());
    const int port = in.settings.ssh_port;
    const std::string host = port == 22 ? there->address : "[" + there->address + "]:" + std::to_string(port);
    std::string known;
    for (const std::string& key : there->host_keys) known += host + " " + key + "\n";
    const auto cache =
        in.environment.text("XDG_CACHE_HOME").value_or(in.environment.text("HOME").value_or("") + "/.cache");
    const std::string file = cache + "/slipway/known_hosts-" + there->id;
    if (!hetzner::write_private_file(file, known))
        return complain(in.out, make_error(error_kind::failed, file + " cannot be written: " + std::strerror(errno)));

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
    // The key it was made with and no other: a server ends the connection after six that it does not know, and an agent
    // may hold more. One that only the agent has is named to ssh by its public part.
    const vm_spec& spec = vm.state.data.spec;
    std::string identity = identity_of(spec.key_fingerprint, in.environment.text("HOME").value_or(""));
    if (const auto key = parse_public_key(spec.public_key); identity.empty() && key && composition::process_environment("SSH_AUTH_SOCK"))
        if (hetzner::write_private_file(file + ".pub", to_line(*key) + "\n")) identity = file + ".pub";
    if (!identity.empty()) words.insert(words.end(), {"-o", "IdentitiesOnly=yes", "-i", identity});
    words.insert(words.end(), {"-l", in.settings.ssh_user.empty() ? "root" : in.settings.ssh_user, "--", there->address});
    words.insert(words.end(), command.begin(), command.end());
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::execvp("ssh", arguments.data());
    return complain(in.out,
                    make_error(error_kind::failed, std::string("ssh cannot be started: ") + std::strerror(errno)));
}

struct server_ssh_verb final : verb {
    std::string name;
    std::vector<std::string> command;  // empty: a shell

    void take(option_list& options) override {
        options.add({.name = "VM", .help = "Name or id", .into = &name, .required = true});
        options.add({.name = "COMMAND", .help = "What to run there, behind -- (a shell)", .into = &command});
    }

    int run(invocation& in) override {
        if (no_database_yet(in)) return not_there_yet(in, "VM " + name);
        api_session session(in, database_use::read);
        if (const int code = session.run([&](api_session& s) { return find(s); }); code != exit_done) return code;
        const spine& d = vm_.state.data;
        const bool active = vm_.state.in("active");
        if (active && !d.address.empty() && !d.host_keys.empty()) return become_ssh(in, vm_, command);
        in.out.complain(name_of(vm_) + " is " + std::string(vm_.state.state_name()) + ": nobody can log in" +
                        (active ? ", its host key is not known" : ""));
        return exit_refused;
    }

private:
    awaitable<int> find(api_session& s) {
        const auto answer = co_await s.ask("GET", api_path("vms", name));
        if (!answer.good()) co_return answer.code;
        std::vector<std::string> streams(1, text_of(answer.document, "id"));
        auto found = co_await s.read(std::move(streams));
        if (found.code == 0) vm_ = std::move(found.views.front());
        co_return found.code;
    }

    vm_view vm_;
};

}  // namespace

made_verb server_ssh() { return std::make_unique<server_ssh_verb>(); }

}  // namespace slipway::cli
