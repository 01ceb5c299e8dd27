#include "adapters/api/body.hpp"

#include "engine/base/json_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace slipway::api {

using nlohmann::json;

namespace {

constexpr int deepest = 8;  // nothing that is read lies deeper than two

void wipe_all(json& value) {
    if (value.is_string()) wipe(value.get_ref<std::string&>());
    if (value.is_structured())
        for (json& inner : value) wipe_all(inner);
}

bool control(char c) {
    return (static_cast<unsigned char>(c) < 0x20) || c == 0x7f;
}

bool is_json(std::string_view content_type) {
    const std::string_view kind = content_type.substr(0, content_type.find(';'));
    std::string word;
    for (const char c : kind)
        if (c != ' ' && c != '\t') word += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return word == "application/json";
}

bool is_resource_id(const json& value) {
    return value.is_number_unsigned() && value.get<std::uint64_t>() >= 1 &&
           value.get<std::uint64_t>() <= static_cast<std::uint64_t>(largest_resource_id);
}

net::http_reply unreadable(int status, std::string_view slug, std::string_view detail) {
    return net::problem_reply(status, slug, detail);
}

}  // namespace

struct body_reader::document {
    ~document() { wipe_all(root); }

    // null where it is absent, also where the object around it is.
    json* find(std::string_view field) {
        asked.insert(std::string(field));
        json* in = &root;
        if (const auto dot = field.find('.'); dot != std::string_view::npos) {
            const auto outer = root.find(std::string(field.substr(0, dot)));
            if (outer == root.end() || !outer->is_object()) return nullptr;
            in = &*outer;
            field.remove_prefix(dot + 1);
        }
        const auto found = in->find(std::string(field));
        return found == in->end() ? nullptr : &*found;
    }

    json root = json::object();
    std::set<std::string> asked;
    std::set<std::string> objects;  // those whose fields are read one by one
};

body_reader::body_reader(const net::http_request& request, bool may_be_empty)
    : document_(std::make_unique<document>()) {
    if (request.body.empty() && may_be_empty) return;
    if (const auto coding = net::find_header(request.headers, "content-encoding"); coding && *coding != "identity") {
        not_readable_ = unreadable(415, "media-type", "The body must not be compressed.");
        return;
    }
    const auto type = net::find_header(request.headers, "content-type");
    if (!type || !is_json(*type)) {
        not_readable_ = unreadable(415, "media-type", "The body must be JSON, with Content-Type: application/json.");
        return;
    }
    bool too_deep = false;
    bool twice = false;
    std::vector<std::set<std::string>> keys;
    const auto look = [&](int depth, json::parse_event_t what, const json& value) {
        if (depth > deepest) too_deep = true;
        if (too_deep) return false;
        if (what == json::parse_event_t::object_start) keys.emplace_back();
        if (what == json::parse_event_t::object_end) keys.pop_back();
        if (what == json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second) twice = true;
        return true;
    };
    json parsed = json::parse(request.body, look, false);
    if (too_deep)
        not_readable_ = unreadable(400, "invalid-json", "The JSON of the body is nested too deeply.");
    else if (parsed.is_discarded() || !only_json(request.body))
        not_readable_ = unreadable(400, "invalid-json", "The body is not valid JSON in UTF-8.");
    else if (!parsed.is_object())
        not_readable_ = unreadable(400, "invalid-json", "The body must be a JSON object.");
    else if (twice)
        not_readable_ = unreadable(400, "invalid-json", "A field stands twice in the same JSON object.");
    else
        document_->root = std::move(parsed);
    if (not_readable_) wipe_all(parsed);
}

body_reader::~body_reader() = default;

std::string body_reader::text(std::string_view field, need n, text_rule rule) {
    const json* value = document_->find(field);
    if (value == nullptr) {
        if (n == need::required) wrong(field, "This field is required.");
        return {};
    }
    if (!value->is_string()) {
        wrong(field, "This must be a string.");
        return {};
    }
    const std::string& found = value->get_ref<const std::string&>();
    if (found.empty())
        wrong(field, n == need::required ? "This must not be empty." : "This must not be empty; leave it out instead.");
    else if (found.size() > rule.longest)
        wrong(field, "This is too long: at most " + std::to_string(rule.longest) + " bytes.");
    else if (std::any_of(found.begin(), found.end(),
                         [&](char c) { return control(c) && !(rule.lines && (c == '\n' || c == '\t' || c == '\r')); }))
        wrong(field, "This must not hold control characters.");
    else
        return found;
    return {};
}

secret body_reader::secret(std::string_view field, need n, std::size_t longest) {
    json* value = document_->find(field);
    if (value == nullptr) {
        if (n == need::required) wrong(field, "This field is required.");
        return {};
    }
    if (!value->is_string()) {
        wrong(field, "This must be a string.");
        return {};
    }
    std::string& found = value->get_ref<std::string&>();
    const bool printable = std::all_of(found.begin(), found.end(), [](char c) { return c > 0x20 && c < 0x7f; });
    if (found.empty() || found.size() > longest || !printable) {
        wrong(field, "A secret is 1 to " + std::to_string(longest) + " printable ASCII characters without a blank.");
        return {};
    }
    slipway::secret out{std::string(found)};
    wipe(found);
    return out;
}

std::optional<std::int64_t> body_reader::number(std::string_view field, std::int64_t least, std::int64_t most) {
    const json* value = document_->find(field);
    if (value == nullptr) return std::nullopt;
    const bool fits = value->is_number_unsigned() ? value->get<std::uint64_t>() <= static_cast<std::uint64_t>(most)
                                                  : value->is_number_integer() && value->get<std::int64_t>() <= most;
    if (!fits || value->get<std::int64_t>() < least) {
        wrong(field, "This must be a whole number from " + std::to_string(least) + " to " + std::to_string(most) + ".");
        return std::nullopt;
    }
    return value->get<std::int64_t>();
}

std::optional<std::int64_t> body_reader::resource_or_none(std::string_view field) {
    const json* value = document_->find(field);
    if (value == nullptr) return std::nullopt;
    if (value->is_null()) return 0;
    if (!is_resource_id(*value)) {
        wrong(field, "This must be an id, a whole number from 1 on, or null for none.");
        return std::nullopt;
    }
    return value->get<std::int64_t>();
}

std::optional<std::vector<std::int64_t>> body_reader::resources(std::string_view field, std::size_t most) {
    const json* value = document_->find(field);
    if (value == nullptr) return std::nullopt;
    std::vector<std::int64_t> out;
    if (value->is_null()) return out;
    if (!value->is_array() || !std::all_of(value->begin(), value->end(), is_resource_id)) {
        wrong(field, "This must be a list of ids, whole numbers from 1 on; it is empty for none.");
        return std::nullopt;
    }
    if (value->size() > most) {
        wrong(field, "There may be at most " + std::to_string(most) + " of them.");
        return std::nullopt;
    }
    for (const json& id : *value) out.push_back(id.get<std::int64_t>());
    return out;
}

std::map<std::string, std::string> body_reader::texts(std::string_view field, std::size_t most) {
    std::map<std::string, std::string> out;
    const json* value = document_->find(field);
    if (value == nullptr) return out;
    if (!value->is_object() ||
        !std::all_of(value->begin(), value->end(), [](const json& inner) { return inner.is_string(); })) {
        wrong(field, "This must be an object whose values are strings.");
        return out;
    }
    if (value->size() > most) {
        wrong(field, "There may be at most " + std::to_string(most) + " of them.");
        return out;
    }
    return value->get<std::map<std::string, std::string>>();
}

void body_reader::object(std::string_view field) {
    document_->objects.insert(std::string(field));
    const json* value = document_->find(field);
    if (value == nullptr)
        wrong(field, "This field is required.");
    else if (!value->is_object())
        wrong(field, "This must be an object.");
}

void body_reader::wrong(std::string_view field, std::string detail) {
    if (has_wrong(field)) return;
    // Where the object around a field is wrong or missing, that is what there is to say.
    if (const auto dot = field.find('.'); dot != std::string_view::npos && has_wrong(field.substr(0, dot))) return;
    wrong_.push_back(net::problem_field{std::string(field), std::move(detail)});
}

bool body_reader::has_wrong(std::string_view field) const {
    return std::any_of(wrong_.begin(), wrong_.end(), [&](const net::problem_field& w) { return w.field == field; });
}

std::optional<net::http_reply> body_reader::verdict() {
    // The name of an unknown field is the client's text: it is repeated only where it looks like a name.
    const auto name_of = [](const std::string& key) {
        const bool plain = !key.empty() && key.size() <= 40 && std::all_of(key.begin(), key.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
        });
        return plain ? key : std::string("(a field with an odd name)");
    };
    const auto look_through = [&](const json& object, const std::string& prefix) {
        for (auto item = object.begin(); item != object.end(); ++item)
            if (!document_->asked.contains(prefix + item.key()))
                wrong(prefix + name_of(item.key()), "There is no such field.");
    };
    look_through(document_->root, "");
    for (const std::string& name : document_->objects) {
        const auto inner = document_->root.find(name);
        if (inner != document_->root.end() && inner->is_object()) look_through(*inner, name + ".");
    }
    if (wrong_.empty()) return std::nullopt;
    const std::string count = wrong_.size() == 1 ? "One field is" : std::to_string(wrong_.size()) + " fields are";
    return net::problem_reply(422, "invalid-fields", count + " wrong; errors names each.", wrong_);
}

}  // namespace slipway::api
