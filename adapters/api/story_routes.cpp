// …/story: a VM or contract told for people, as it stands or as it was behind one of its events.
#include "adapters/api/fields.hpp"
#include "adapters/api/replies.hpp"
#include "adapters/api/routes.hpp"

#include <limits>
#include <utility>

namespace slipway::api {

using boost::asio::awaitable;
using net::http_reply;
using nlohmann::ordered_json;

namespace {

// How the action is asked for: the row of the routes that does it.
ordered_json action_json(const service::allowed_action& action, std::string_view kind, const std::string& stream) {
    const bool vm = kind == vm_kind;
    ordered_json j = ordered_json::object();
    j["name"] = action.name;
    j["method"] = vm ? "DELETE" : "POST";
    j["path"] = vm ? "/v1/vms/" + stream : "/v1/contracts/" + stream + "/" + action.name;
    j["ends"] = true;
    j["means"] = action.means;
    return j;
}

ordered_json story_json(const service::stream_story& told) {
    const vm_state& state = told.view.state;
    ordered_json j = ordered_json::object();
    j["stream"] = told.view.stream.text;
    j["kind"] = std::string(state.kind());
    j["name"] = head_of(state, told.view.stream).name;
    j["version"] = told.version;
    j["last_version"] = told.last_version;
    j["at"] = to_rfc3339(told.at);
    j["state"] = std::string(state.state_name());
    j["since"] = to_rfc3339(told.since);
    j["overdue_since"] = told.overdue_since ? ordered_json(to_rfc3339(*told.overdue_since)) : ordered_json(nullptr);
    j["why"] = told.why;
    j["to_do"] = told.to_do.empty() ? ordered_json(nullptr) : ordered_json(told.to_do);
    j["actions"] = ordered_json::array();
    for (const auto& action : told.actions) j["actions"].push_back(action_json(action, state.kind(), told.view.stream.text));
    j["path"] = ordered_json::array();
    j["timeline"] = ordered_json::array();
    const service::stream_story::entry* before = nullptr;
    for (const auto& entry : told.timeline) {
        ordered_json one = ordered_json::object();
        if (before == nullptr || before->state != entry.state) {
            one["state"] = entry.state;
            one["version"] = entry.version;
            one["at"] = to_rfc3339(entry.at);
            j["path"].push_back(std::move(one));
        }
        before = &entry;
        ordered_json line = ordered_json::object();
        line["seq"] = entry.seq;
        line["version"] = entry.version;
        line["at"] = to_rfc3339(entry.at);
        line["type"] = entry.type;
        line["actor"] = entry.actor;
        line["state"] = entry.state;
        line["words"] = entry.words.empty() ? ordered_json(nullptr) : ordered_json(entry.words);
        j["timeline"].push_back(std::move(line));
    }
    j["recipe"] = nullptr;
    if (told.recipe) {
        ordered_json recipe = ordered_json::object();
        recipe["running"] = told.recipe->running;
        recipe["exit_code"] = told.recipe->exit_code ? ordered_json(*told.recipe->exit_code) : ordered_json(nullptr);
        recipe["output"] = told.recipe->text;
        j["recipe"] = std::move(recipe);
    }
    j["resource"] = to_json(told.view);
    return j;
}

}  // namespace

awaitable<http_reply> get_story(exchange& asked) {
    const auto version = whole(asked.parameter("version").value_or("0"), 0, std::numeric_limits<std::int64_t>::max());
    if (!version) co_return bad_parameter("version", "This must be the version of an event: a whole number.");
    const auto told = co_await asked.service.tell(std::string(asked.word), asked.id, *version, asked.from);
    if (!told) co_return problem_of(told.error());
    co_return json_reply(200, story_json(*told));
}

}  // namespace slipway::api
