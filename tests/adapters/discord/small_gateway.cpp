#include "tests/adapters/discord/small_gateway.hpp"

#include "tests/adapters/net/trust.hpp"
#include "tests/adapters/net/websocket_script.hpp"

namespace slipway::test {

using nlohmann::json;

namespace {

constexpr unsigned text_frame = 0x81;
constexpr unsigned close_frame = 0x88;

std::string words_of_frame(const client_frame& frame) {
    if (frame.first == close_frame) {
        if (frame.payload.size() < 2) return "close";
        return "close " + std::to_string(static_cast<unsigned char>(frame.payload[0]) * 256 +
                                         static_cast<unsigned char>(frame.payload[1]));
    }
    const json said = json::parse(frame.payload, nullptr, false);
    if (!said.is_object()) return "no frame";
    const int op = said.value("op", -1);
    if (op == 1) return "heartbeat " + said["d"].dump();
    if (op == 2) return "identify";
    if (op == 6) return "resume " + said["d"].value("session_id", "?") + " " + said["d"]["seq"].dump();
    return "op " + std::to_string(op);
}

std::string target_of(const std::string& request) {
    const auto begin = request.find(' ') + 1;
    return request.substr(begin, request.find(' ', begin) - begin);
}

}  // namespace

void small_gateway::talk::say(const std::string& text) {
    client.send(server_frame(text_frame, text));
}

std::string small_gateway::talk::hear(bool heartbeats) {
    for (;;) {
        const auto frame = read_frame(client);
        const std::string word = frame ? words_of_frame(*frame) : "gone";
        if (heartbeats && word.starts_with("heartbeat")) {
            say(ack);
            continue;
        }
        {
            const std::lock_guard lock(owner.mutex_);
            owner.said_.push_back(std::to_string(number) + ": " + word);
        }
        if (frame && frame->first == close_frame) client.send(server_frame(close_frame, frame->payload));
        return word;
    }
}

small_gateway::small_gateway(std::vector<script> scripts, int interval_ms)
    : scripts_(std::move(scripts)),
      interval_ms_(interval_ms),
      server_([this](peer& client) { serve(client); }, make_server_identity(authority(), "DNS:localhost")) {}

std::string small_gateway::ready(const std::string& id) const {
    return event_frame("READY", 1,
                 R"({"session_id":")" + id + R"(","resume_gateway_url":")" + resume_url() +
                     R"(","application":{"id":"7","flags":0}})");
}

void small_gateway::serve(peer& client) {
    for (;;) {
        const std::string request = client.read_request();
        if (request.empty()) return;
        const std::string target = target_of(request);
        if (target.starts_with("/api/")) {
            answer(client, target);
            continue;
        }
        client.send(consent(request));
        int number = 0;
        {
            const std::lock_guard lock(mutex_);
            number = ++conversations_;
        }
        talk with{*this, client, number};
        with.say(hello(interval_ms_));
        scripts_[std::min(static_cast<std::size_t>(number), scripts_.size()) - 1](with);
        return;
    }
}

void small_gateway::answer(peer& client, const std::string& target) {
    if (!target.ends_with("/gateway/bot")) {
        client.answer(200, "{}");
        return;
    }
    const std::lock_guard lock(mutex_);
    json body;
    body["url"] = "wss://localhost:" + std::to_string(server_.port());
    body["session_start_limit"] = {{"total", 1000}, {"remaining", remaining}, {"reset_after", 3'600'000}};
    client.answer(status_, body_.empty() ? body.dump() : body_);
}

void small_gateway::answer_addresses_with(int status, std::string body) {
    const std::lock_guard lock(mutex_);
    status_ = status;
    body_ = std::move(body);
}

std::vector<std::string> small_gateway::said() const {
    const std::lock_guard lock(mutex_);
    return said_;
}

std::vector<std::string> small_gateway::targets() const {
    std::vector<std::string> out;
    for (const std::string& request : server_.requests())
        if (const auto target = target_of(request); target != "/api/v10/gateway") out.push_back(target);
    return out;
}

}  // namespace slipway::test
