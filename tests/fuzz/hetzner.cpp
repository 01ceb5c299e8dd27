// Hetzner's answers: any body, read in every way that there is. An id that is in it comes out; nothing of a token does.
#include "adapters/hetzner/catalog_wire.hpp"
#include "engine/service/catalog_rules.hpp"
#include "adapters/hetzner/errors.hpp"
#include "adapters/hetzner/json_reading.hpp"
#include "adapters/hetzner/wire.hpp"
#include "tests/fuzz/check.hpp"

#include <array>
#include <limits>
#include <string>

using namespace slipway;
using namespace slipway::hetzner;
using namespace slipway::service;
using fuzz::check;
using nlohmann::json;

namespace {

const std::string token = "tokenAAAABBBBCCCCDDDDEEEEFFFFGGGGHHHHIIIIJJJJKKKKLLLLMMMMNNNNOOOO";

// By another way than the product's: 0 where there is none.
std::int64_t id_at(const json& document, const char* key) {
    const auto in = document.is_object() ? document.find(key) : document.end();
    if (!document.is_object() || in == document.end() || !in->is_object() || !in->contains("id")) return 0;
    const json& id = in->at("id");
    if (!id.is_number_integer() || id < 1 || id > std::numeric_limits<std::int64_t>::max()) return 0;
    return id.get<std::int64_t>();
}

void read_created(std::string_view body, std::int64_t id) {
    const auto made = read_created_server(body, 201);
    check(made.has_value() == (id != 0), "a created server is read exactly where its id can be", body);
    if (made)
        check(made->server.id == id, "a created server's id is the one in the answer", body);
    else
        check(made.error().failure == cloud_failure::bad_answer, "an answer without an id is a bad one");
}

// The input is the rest of an answer that has an id.
void read_around_an_id(std::string_view input) {
    if (!json::accept(input)) return;
    const std::string any(input.substr(0, input.find('\0')));
    const std::string id = "\"server\":{\"name\":" + any + ",\"public_net\":" + any + ",\"id\":4711,\"labels\":" + any +
                           ",\"server_type\":" + any + ",\"location\":" + any + "}";
    read_created("{\"action\":" + any + ",\"next_actions\":" + any + "," + id + "}", 4711);
    read_created("{" + id + ",\"action\":{\"id\":" + any + "},\"next_actions\":[" + any + "]}", 4711);
}

void read_refusal(const std::string& body) {
    static constexpr std::array statuses{301, 400, 401, 403, 404, 408, 409, 412, 418, 422, 423, 429, 500, 503};
    net::http_response answer;
    answer.status = statuses[body.size() % statuses.size()];
    answer.headers = {{"Retry-After", body.substr(0, body.find('\n'))}, {"RateLimit-Limit", body}};
    answer.body = body;
    const cloud_error read = read_error(answer, token);
    for (const std::string& said : {read.code, read.message}) {
        for (std::size_t at = 0; at + 12 <= token.size(); ++at)
            check(said.find(token.substr(at, 12)) == std::string::npos, "no piece of the token is repeated", said);
        for (const char c : said) check(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, "no control characters");
        check(said.size() < 1000, "what others say is bounded", said);
    }
    check(json::accept(json(read.message).dump(-1, ' ', false, json::error_handler_t::replace)), "it can be printed");
    if (read.wait_ms) check(*read.wait_ms > 0 && *read.wait_ms <= 60'000, "a pause is of a minute at most");
}

// As pages.cpp and catalog_store.cpp put it together.
void read_lists(const json& document) {  // as json_reading.hpp parses it
    json lists[3];
    const char* names[] = {"server_types", "locations", "images"};
    for (std::size_t i = 0; i < 3; ++i) {
        lists[i] = json::array();
        for (const json& entry : list(document, names[i])) lists[i].push_back(entry);
    }
    (void)next_page(document);
    const json whole = catalog_document(timestamp{1}, lists[0], lists[1], lists[2], member(document, "pricing"));
    const auto read = read_catalog(whole);
    const auto kept = read_catalog(parse(whole.dump(-1, ' ', false, json::error_handler_t::replace)));
    check(read.has_value() == kept.has_value(), "a catalog that was kept is the same");
    if (!read) return;
    check(read->server_types.size() == kept->server_types.size() && read->images.size() == kept->images.size(),
          "a catalog that was kept has the same entries");
    for (const catalog::server_type& type : read->server_types)
        for (const catalog::location& place : read->locations) {
            (void)price_of(*read, type.name, place.name);
            const std::vector<candidate> wish{{type.name, place.name, 0}};
            const auto wrong = validate(*read, wish, read->images.front().name, timestamp{1});
            const auto good = orderable(*read, wish, read->images.front().name, timestamp{1});
            check(wrong.empty() == !good.empty(), "what is not wrong can be ordered", type.name);
        }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string body(fuzz::text_of(data, size));
    const json document = json::parse(body, nullptr, false);
    read_created(body, id_at(document, "server"));
    read_around_an_id(body);
    const auto key = read_ssh_key(body, 201);
    check(key.has_value() == (id_at(document, "ssh_key") != 0), "a key is read exactly where its id can be", body);
    const auto action = read_action_id(body, 201);
    check(action.has_value() == (id_at(document, "action") != 0), "an action's id is read where it is", body);
    if (const auto keys = read_ssh_keys(body, 200))
        for (const auto& one : keys->entries) check(one.id > 0, "keys of a list have ids");
    if (const auto servers = read_servers(body, 200))
        for (const auto& one : servers->entries) check(one.id > 0, "servers of a list have ids");
    if (const auto actions = read_actions(body, 200))
        for (const auto& one : *actions) check(one.id > 0, "actions of a list have ids");
    read_refusal(body);
    read_lists(parse(body));
    return 0;
}
