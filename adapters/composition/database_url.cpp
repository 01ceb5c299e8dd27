#include "adapters/composition/database_url.hpp"

#include "adapters/postgres/server_address.hpp"

#include <cstdlib>

namespace slipway::composition {

namespace {

std::optional<std::string> non_empty(const variable_lookup& look_up, const std::string& name) {
    auto value = look_up(name);
    if (value && value->empty()) value.reset();
    return value;
}

// An URL may carry a password: only what is before the first colon is repeated in a message.
std::string scheme_of(std::string_view url) {
    return std::string(url.substr(0, url.find(':')));
}

}  // namespace

std::optional<std::string> process_environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return {};
    return value;
}

result<std::string> path_from_url(std::string_view url) {
    static constexpr std::string_view prefix = "sqlite:";
    if (url.find(':') == std::string_view::npos)
        return make_error(error_kind::usage, "the database URL \"" + std::string(url) +
                                                 "\" has no scheme. Write sqlite:PATH, for example sqlite:" +
                                                 (url.empty() ? "/var/lib/slipway/slipway.db" : std::string(url)) +
                                                 ".");
    const std::string scheme = scheme_of(url);
    if (!url.starts_with(prefix))
        return make_error(error_kind::usage, "the database URL has the unknown scheme \"" + scheme +
                                                 "\". Write sqlite:PATH or postgresql://USER@HOST/DATABASE.");
    std::string_view path = url.substr(prefix.size());
    if (path.starts_with("//")) {  // sqlite:///absolute is what many other programs want to be told
        path.remove_prefix(2);
        if (!path.starts_with('/'))
            return make_error(error_kind::usage,
                              "the database URL names a host, but SQLite is a file. Write "
                              "sqlite:PATH or sqlite:///PATH.");
    }
    if (path.empty() || path.ends_with('/'))
        return make_error(error_kind::usage, "the database URL names no file. Write sqlite:PATH.");
    if (path.find('\0') != std::string_view::npos)
        return make_error(error_kind::usage, "the database URL holds a NUL byte. Write sqlite:PATH.");
    if (path.starts_with(':')) return "./" + std::string(path);  // SQLite would take ":memory:" for no file at all
    return std::string(path);
}

namespace {

bool is_servers(std::string_view url) { return url.starts_with("postgresql://") || url.starts_with("postgres://"); }

result<location> default_place(const variable_lookup& look_up) {
    if (auto state = non_empty(look_up, "STATE_DIRECTORY"))
        // systemd gives several directories separated by colons; the first is the unit's own.
        return location{state->substr(0, state->find(':')) + "/slipway.db", true};
    if (const auto state = non_empty(look_up, "XDG_STATE_HOME")) return location{*state + "/slipway/slipway.db", true};
    if (const auto home = non_empty(look_up, "HOME")) return location{*home + "/.local/state/slipway/slipway.db", true};
    return make_error(error_kind::configuration,
                      "there is no HOME to keep the event log in. Set SLIPWAY_DATABASE_URL=sqlite:PATH.");
}

result<location> on_server(const std::string& url, bool is_argument, const variable_lookup& look_up) {
    const auto server = postgres::server_address::parse(url);
    if (!server) return server.error();
    if (is_argument && server->has_password())
        return make_error(error_kind::usage,
                          "a password in --db is seen by everybody on this machine. Put the URL into "
                          "SLIPWAY_DATABASE_URL, or the password into a file that PGPASSFILE names.");
    auto place = default_place(look_up);
    if (!place) return place;
    place->server = url;
    place->server_name = server->place();
    return place;
}

}  // namespace

result<location> locate(std::optional<std::string> url, const variable_lookup& look_up) {
    const bool is_argument = url.has_value();
    if (!url) url = non_empty(look_up, "SLIPWAY_DATABASE_URL");
    if (!url) return default_place(look_up);
    if (is_servers(*url)) return on_server(*url, is_argument, look_up);
    auto path = path_from_url(*url);
    if (!path) return path.error();
    return location{*path, false};
}

}  // namespace slipway::composition
