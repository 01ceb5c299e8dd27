#include "adapters/postgres/server_address.hpp"

#include <libpq-fe.h>

#include <map>
#include <memory>

namespace slipway::postgres {

namespace {

struct options_freed {
    void operator()(PQconninfoOption* all) const { PQconninfoFree(all); }
};

std::string quoted(const std::string& value) {
    std::string out = "'";
    for (const char c : value) {
        if (c == '\'' || c == '\\') out += '\\';
        out += c;
    }
    return out + "'";
}

std::string value_in(const std::map<std::string, std::string>& from, const char* key) {
    const auto it = from.find(key);
    return it == from.end() ? std::string() : it->second;
}

}  // namespace

result<server_address> server_address::parse(const std::string& url) {
    char* why = nullptr;
    const std::unique_ptr<PQconninfoOption, options_freed> parsed(PQconninfoParse(url.c_str(), &why));
    PQfreemem(why);  // it may repeat what stands in the URL
    if (!parsed)
        return make_error(error_kind::usage,
                          "the database URL is not one that PostgreSQL understands. Write "
                          "postgresql://USER@HOST:5432/DATABASE?sslmode=verify-full, with what is no letter or digit in "
                          "it as %XX.");
    std::map<std::string, std::string> said;
    for (const PQconninfoOption* one = parsed.get(); one->keyword != nullptr; ++one)
        if (one->val != nullptr && *one->val != '\0') said[one->keyword] = one->val;

    server_address out;
    out.has_password_ = said.contains("password");
    std::string host = value_in(said, "host");
    if (host.empty()) host = value_in(said, "hostaddr");
    std::string port = value_in(said, "port");
    if (port.find_first_not_of(',') == std::string::npos) port.clear();  // one for each host, and all left out
    std::string database = value_in(said, "dbname");
    if (database.empty()) database = value_in(said, "user");
    out.place_ = "the database " + (database.empty() ? "of this user" : database) + " on " +
                 (host.empty() ? "this machine" : host) + (port.empty() ? "" : " (port " + port + ")");

    // Somebody has to notice that a server is gone, in less time than a lease lasts.
    said.try_emplace("connect_timeout", "5");
    said.try_emplace("keepalives_idle", "5");
    said.try_emplace("keepalives_interval", "2");
    said.try_emplace("keepalives_count", "3");
    said.try_emplace("tcp_user_timeout", "10000");
    said.try_emplace("fallback_application_name", "slipway");
    said["client_encoding"] = "UTF8";
    for (const auto& [key, value] : said) out.connect_text_ += key + "=" + quoted(value) + " ";
    return out;
}

}  // namespace slipway::postgres
