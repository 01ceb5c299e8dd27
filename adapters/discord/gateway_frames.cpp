#include "adapters/discord/gateway_frames.hpp"

#include "adapters/net/url.hpp"
#include "engine/base/json_text.hpp"

#include <algorithm>
#include <array>

namespace slipway::discord {

using nlohmann::json;

namespace {

constexpr std::string_view query = "?v=10&encoding=json";

std::string frame_of(opcode op, json data) {
    json out;
    out["op"] = static_cast<int>(op);
    out["d"] = std::move(data);
    return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::optional<int> count_in(const json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_number_integer()) return {};
    const auto value = found->get<std::int64_t>();
    if (value < 0 || value > 7 * 24 * 3'600'000) return {};
    return static_cast<int>(value);
}

struct close_row {
    std::uint16_t code;
    close_meaning meaning;
};

constexpr std::string_view too_large_for_us =
    "wants this bot to be split into several connections, which slipway does not do: it is in too many servers.";

constexpr std::array<close_row, 16> close_rows{{
    {1000, {after_close::renew, false, ""}},
    {1001, {after_close::renew, false, ""}},
    {4000, {after_close::resume, false, ""}},
    {4001, {after_close::resume, true, "does not know a code that slipway has sent (4001)."}},
    {4002, {after_close::resume, true, "cannot read what slipway has sent (4002)."}},
    {4003, {after_close::renew, false, ""}},
    {4004, {after_close::never, false, "refuses the bot's token (4004). Check DISCORD_TOKEN."}},
    {4005, {after_close::renew, true, "was told twice who the bot is (4005)."}},
    {4007, {after_close::renew, false, ""}},
    {4008, {after_close::renew, true, "was sent too much in too short a time (4008)."}},
    // A new session is what the documentation asks for; where one is needed, Discord says so again (op 9).
    {4009, {after_close::resume, false, ""}},
    {4010, {after_close::never, false, "refuses the connection's shard (4010)."}},
    {4011, {after_close::never, false, too_large_for_us}},
    {4012, {after_close::never, false, "does not speak version 10 of its gateway any more (4012). Update slipway."}},
    {4013, {after_close::never, false, "refuses the intents (4013). Update slipway."}},
    {4014, {after_close::never, false, "does not allow the bot its intents (4014). Update slipway."}},

}};

}  // namespace

std::optional<gateway_frame> read_frame(std::string_view text) {
    if (!only_json(text)) return {};
    json read = json::parse(text, nullptr, false);
    if (!read.is_object()) return {};
    const auto op = read.find("op");
    if (op == read.end() || !op->is_number_integer()) return {};
    const auto code = op->get<std::int64_t>();
    if (code < 0 || code > 1'000) return {};
    gateway_frame out;
    out.op = static_cast<int>(code);
    if (const auto s = read.find("s"); s != read.end() && s->is_number_unsigned()) out.s = s->get<std::uint64_t>();
    if (const auto t = read.find("t"); t != read.end() && t->is_string()) out.t = t->get<std::string>();
    if (const auto d = read.find("d"); d != read.end()) out.d = std::move(*d);
    return out;
}

std::string heartbeat_text(std::optional<std::uint64_t> seq) {
    return frame_of(opcode::heartbeat, seq ? json(*seq) : json());
}

std::string identify_text(std::string_view token) {
    json data;
    data["token"] = token;
    data["intents"] = 0;
    data["properties"] = {{"os", "linux"}, {"browser", "slipway"}, {"device", "slipway"}};
    return frame_of(opcode::identify, std::move(data));
}

std::string resume_text(std::string_view token, const gateway_session& session) {
    json data;
    data["token"] = token;
    data["session_id"] = session.id;
    data["seq"] = session.seq;
    return frame_of(opcode::resume, std::move(data));
}

std::optional<std::string> connect_url(std::string_view given) {
    given = given.substr(0, given.find('?'));
    while (given.ends_with('/')) given.remove_suffix(1);
    const auto read = net::parse_websocket_url(given);
    if (read.has_error()) return {};
    const std::string path = read->target == "/" ? "" : read->target;
    return read->origin.origin() + (path.empty() ? "/" : path) + std::string(query);
}

std::optional<gateway_address> read_gateway_address(const json& answer) {
    if (!answer.is_object()) return {};
    const auto url = answer.find("url");
    const auto limit = answer.find("session_start_limit");
    if (url == answer.end() || !url->is_string() || limit == answer.end() || !limit->is_object()) return {};
    const auto total = count_in(*limit, "total");
    const auto remaining = count_in(*limit, "remaining");
    const auto reset = count_in(*limit, "reset_after");
    if (!total || !remaining || !reset) return {};
    gateway_address out;
    out.url = url->get<std::string>();
    out.sessions.total = *total;
    out.sessions.remaining = *remaining;
    out.sessions.reset_after = std::chrono::milliseconds{*reset};
    out.sessions.max_concurrency = std::max(1, count_in(*limit, "max_concurrency").value_or(1));
    return out;
}

close_meaning meaning_of(std::optional<std::uint16_t> code) {
    const auto row = std::find_if(close_rows.begin(), close_rows.end(),
                                  [&](const close_row& one) { return code && one.code == *code; });
    return row == close_rows.end() ? close_meaning{} : row->meaning;
}

}  // namespace slipway::discord
