#include "tools/slipway-bench/slipwayd_process.hpp"

#include "adapters/vault/installation_key.hpp"
#include "adapters/vault/installation_secret.hpp"
#include "adapters/vault/seal.hpp"
#include "engine/base/hex.hpp"
#include "engine/runtime/system.hpp"
#include "tools/slipway-bench/bench_store.hpp"
#include "tools/slipway-bench/lanes.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace slipway::bench {

namespace {

constexpr const char* some_token = "0123456789012345678901234567890123456789012345678901234567890123";

std::string socket_in(const std::string& directory) { return directory + "/slipway.sock"; }

std::map<std::string, std::string> settings_of(const slipwayd_process::installation& of, std::uint16_t hetzner) {
    std::map<std::string, std::string> all{
        {"SLIPWAY_DATABASE_URL", of.database_url},
        {"SLIPWAY_LISTEN", "unix:" + socket_in(of.directory)},
        {"CREDENTIAL_ENCRYPTION_KEY", of.encryption_key},
        {"HETZNER_PROVISIONING_ENABLED", "true"},
        {"HCLOUD_TOKEN", some_token},
        {"HCLOUD_ENDPOINT", std::string("http://") + mute_port::address + ":" + std::to_string(hetzner) + "/v1"},
        {"SLIPWAY_LOG_LEVEL", "err"},
        {"XDG_CACHE_HOME", of.directory}};
    // How PostgreSQL is reached, where the URL leaves it to the user's own files.
    for (const char* name : {"HOME", "PGPASSFILE", "PGSERVICEFILE"})
        if (const char* value = std::getenv(name)) all.emplace(name, value);
    return all;
}

// With a file named, the .env of the working directory is not looked at.
bench_process::program program_of(const slipwayd_process::installation& of, std::uint16_t hetzner) {
    const std::string file = of.directory + "/slipwayd.conf";
    std::ofstream(file) << "# the settings are in the environment\n";
    return {of.program, {"--config", file}, settings_of(of, hetzner)};
}

boost::asio::awaitable<void> put_all(composition::store& into, std::filesystem::path key_file, const sealing* key,
                                     provider_record provider, offering_record sold) {
    const auto secret = co_await vault::open_installation_secret(*into.secrets, *into.log, std::move(key_file), key);
    if (!secret) throw std::runtime_error(secret.error().message);
    const auto known = co_await into.registry->put_provider(std::move(provider));
    if (!known) throw std::runtime_error(known.error().message);
    const auto offered = co_await into.registry->put_offering(std::move(sold));
    if (!offered) throw std::runtime_error(offered.error().message);
}

}  // namespace

slipwayd_process::slipwayd_process(const installation& of)
    : socket_(socket_in(of.directory)), child_(program_of(of, hetzner_.number())) {}

slipwayd_process::installation slipwayd_process::set_up(std::string program, std::string database_url,
                                                        std::string directory) {
    installation made{std::move(program), std::move(database_url), std::move(directory),
                      hex(vault::new_installation_key().reveal())};
    const auto key = vault::sealing_key::parse(made.encryption_key);
    const timestamp now = system_clock().now();
    provider_record who;
    who.id = provider;
    who.sealed_token = key.value().seal(some_token, {sealed_kind::provider_token, who.id});
    who.created_at = who.changed_at = who.token_checked_at = now;
    offering_record sold;
    sold.id = offering;
    sold.provider = provider;
    sold.server_type = "cx23";
    sold.location = "nbg1";
    sold.image = "ubuntu-24.04";
    sold.image_id = 1;
    sold.recipe = "#!/bin/sh\napt-get install -y nginx\n";
    sold.created_at = sold.changed_at = now;
    boost::asio::io_context loop(1);
    auto store = open_bench_store(made.database_url);
    auto key_file = vault::installation_key_path(place_of(made.database_url).path);
    run_to_end(loop, put_all(store, std::move(key_file), &key.value(), std::move(who), std::move(sold)));
    return made;
}

}  // namespace slipway::bench
