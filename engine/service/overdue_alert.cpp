#include "engine/service/overdue_alert.hpp"

#include <nlohmann/json.hpp>

namespace slipway::service {

document document_of(const overdue_alert& alert) {
    nlohmann::ordered_json j = nlohmann::ordered_json::object();
    j["stream"] = alert.stream.text;
    j["kind"] = alert.kind;
    j["state"] = alert.state;
    j["name"] = alert.name;
    j["provider"] = alert.provider;
    j["since"] = alert.since.ms;
    j["usual"] = alert.usual.count();
    j["held"] = alert.held;
    j["why"] = alert.why;
    j["to_do"] = alert.to_do;
    j["told"] = alert.told;
    document out;
    out.kind = overdue_kind;
    out.id = alert.stream.text + " " + alert.state;
    out.body = j.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    return out;
}

result<overdue_alert> alert_of(const document& kept) {
    const auto j = nlohmann::ordered_json::parse(kept.body, nullptr, false);
    overdue_alert out;
    try {
        j.at("stream").get_to(out.stream.text);
        j.at("kind").get_to(out.kind);
        j.at("state").get_to(out.state);
        j.at("name").get_to(out.name);
        j.at("provider").get_to(out.provider);
        j.at("since").get_to(out.since.ms);
        out.usual = std::chrono::milliseconds{j.at("usual").get<std::int64_t>()};
        j.at("held").get_to(out.held);
        j.at("why").get_to(out.why);
        j.at("to_do").get_to(out.to_do);
        j.at("told").get_to(out.told);
    } catch (const nlohmann::ordered_json::exception&) {
        return make_error(error_kind::corrupt, "the alert " + kept.id + " cannot be read");
    }
    return out;
}

}  // namespace slipway::service
