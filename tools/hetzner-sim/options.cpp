#include "tools/hetzner-sim/options.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/ip/address.hpp>

#include <iostream>

namespace slipway::sim {

std::optional<options> parse_options(int argc, char** argv, int& exit_code) {
    options o;
    std::string listen, ssh_base;
    std::vector<std::string> tls, faults;
    CLI::App app("hetzner-sim: a simulated Hetzner Cloud for tests and demos", "hetzner-sim");
    app.set_version_flag("--version", SLIPWAY_VERSION);
    app.add_option("--listen", listen, "HOST:PORT to serve /v1 on; port 0 picks a free one")->required();
    app.add_option("--tls", tls, "certificate chain and private key (PEM files): serve https")->expected(2);
    app.add_option("--token", o.service.tokens,
                   "an accepted token, with a project of its own; without any, every token "
                   "is accepted")
        ->expected(1)
        ->take_all();
    app.add_option("--state", o.state_file, "keep everything in this file and start from it");
    app.add_option("--record", o.record_file,
                   "append every request and its answer to this file, as JSON lines without the token");
    app.add_option("--ssh-base", ssh_base, "give servers the addresses after this one, with real SSH servers");
    app.add_option("--ssh-port", o.ssh_port, "the port of those (default 2222)");
    app.add_option("--boot-ms", o.service.cloud.boot_ms, "from the request to SSH and 'running' (default 800)");
    app.add_option("--create-ms", o.service.cloud.create_ms, "how long create_server runs (default 200)");
    app.add_option("--delete-ms", o.service.cloud.delete_ms, "how long delete_server runs (default 50)");
    app.add_option("--fault", faults, "NAME=SPEC, see below")->expected(1)->take_all();
    app.add_option("--rate-limit", o.service.requests_per_hour, "requests per hour and project (default 3600)")
        ->check(CLI::Range(1, 1'000'000'000));
    app.add_option("--seed", o.service.seed, "of the faults' randomness (default 1)");
    app.add_flag("--run-cloud-init", o.run_cloud_init, "also run a user_data's runcmd or script when a server boots");
    app.footer(
        "Faults: SPEC is N | once | always | p0.3, then any of @METHOD /path-prefix and @WORD, where WORD is the\n"
        "name of a server, or of a new one also its type or location: --fault '3@POST /servers', --fault "
        "unavailable=always@fsn1.\n"
        "Those with MS: --fault 'delay=250ms:always@GET /servers'. At run time: POST /_sim/faults with\n"
        "{\"name\", \"spec\"}; DELETE /_sim/faults; GET /_sim/state, /_sim/requests.\n\n" +
        fault_set::help());
    exit_code = 2;
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        exit_code = app.exit(e) == 0 ? 0 : 2;
        return std::nullopt;
    }
    const auto refuse = [](const std::string& why) {
        std::cerr << "hetzner-sim: " << why << "\n";
        return std::nullopt;
    };
    const auto colon = listen.rfind(':');
    if (colon == std::string::npos) return refuse("--listen needs HOST:PORT");
    o.listen_host = listen.substr(0, colon);
    if (o.listen_host.size() > 1 && o.listen_host.front() == '[')
        o.listen_host = o.listen_host.substr(1, o.listen_host.size() - 2);
    boost::system::error_code ec;
    boost::asio::ip::make_address(o.listen_host, ec);
    const std::string port = listen.substr(colon + 1);
    if (ec) return refuse("--listen needs a numeric address");
    if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string::npos ||
        std::stoi(port) > 65535)
        return refuse("--listen needs a port from 0 to 65535");
    o.listen_port = static_cast<unsigned short>(std::stoi(port));
    if (!tls.empty()) {
        o.certificate = tls[0];
        o.key = tls[1];
    }
    if (!ssh_base.empty()) {
        const auto base = boost::asio::ip::make_address_v4(ssh_base, ec);
        if (ec || !base.is_loopback()) return refuse("--ssh-base needs an address in 127.0.0.0/8");
        o.ssh_base = base.to_uint();
        o.service.cloud.address_base = *o.ssh_base;
    }
    for (const auto& text : faults) {
        const auto equals = text.find('=');
        if (equals == std::string::npos) return refuse("--fault needs NAME=SPEC");
        o.faults.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    return o;
}

}  // namespace slipway::sim
