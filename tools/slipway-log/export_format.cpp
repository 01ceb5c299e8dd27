#include "tools/slipway-log/export_format.hpp"

#include "engine/base/json_text.hpp"
#include "engine/base/plain_json.hpp"
#include "engine/model/event.hpp"
#include "engine/model/record_line.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>

namespace slipway::inspection::export_format {

namespace {

using nlohmann::ordered_json;

error wrong(const std::string& what) {
    return make_error(error_kind::corrupt, what);
}

// The text of the member "data" in `line`, which is a valid JSON object: parsing it and printing it again might write
// the same numbers and strings with other bytes.
std::string_view data_in(std::string_view line) {
    std::size_t depth = 0, name_from = 0, value_from = 0;
    std::string_view name;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (c == '"') {
            name_from = i + 1;
            while (line[++i] != '"')
                if (line[i] == '\\') ++i;
            if (depth == 1 && value_from == 0) name = line.substr(name_from, i - name_from);
        } else if (c == ':' && depth == 1) {
            value_from = i + 1;
        } else if ((c == ',' && depth == 1) || (c == '}' && depth == 1)) {
            if (name == "data") return line.substr(value_from, i - value_from);
            value_from = 0;
        } else if (c == '{' || c == '[') {
            ++depth;
        }
        if (c == '}' || c == ']') --depth;
    }
    return {};
}

struct members {
    const ordered_json& of;
    std::string bad;

    std::string text(const char* name) {
        const auto it = of.find(name);
        if (it != of.end() && it->is_string()) return it->get<std::string>();
        if (bad.empty()) bad = name;
        return {};
    }
    std::uint64_t number(const char* name) {
        const auto it = of.find(name);
        if (it != of.end() && it->is_number_unsigned()) return it->get<std::uint64_t>();
        if (bad.empty()) bad = name;
        return 0;
    }
};

template <std::size_t... I>
bool is_known(std::string_view type, int version, std::index_sequence<I...>) {
    const auto is = [&]<class E>(std::type_identity<E>) { return E::version == version && E::name == type; };
    return (is(std::type_identity<std::variant_alternative_t<I, event>>{}) || ...);
}

// The same between quotes.
bool is_plain(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
}

void put(std::string& to, std::string_view member, std::uint64_t value) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    to.append(member).append(digits, end);
}

void put(std::string& to, std::string_view member, std::string_view text) {
    to.append(member).append(1, '"').append(text).append(1, '"');
}

// What such a line says, read from its beginning on. Each function says whether it was there.
class plain_line {
public:
    explicit plain_line(std::string_view line) : left_(line) {}

    bool number(std::string_view member, std::uint64_t& value) {
        if (!word(member)) return false;
        const auto read = std::from_chars(left_.data(), left_.data() + left_.size(), value);
        const auto taken = static_cast<std::size_t>(read.ptr - left_.data());
        if (read.ec != std::errc() || (left_.front() == '0' && taken > 1)) return false;
        left_.remove_prefix(taken);
        return true;
    }
    bool text(std::string_view member, std::string& into) {
        if (!word(member) || !word("\"")) return false;
        const std::string_view found = left_.substr(0, left_.find('"'));
        if (found.size() == left_.size() || !is_plain(found)) return false;
        into = found;
        left_.remove_prefix(found.size() + 1);
        return true;
    }
    bool json(std::string_view member, std::string& into) {
        if (!word(member)) return false;
        no_taker nobody;
        plain_json value(left_, nobody);
        if (!value.read_first()) return false;
        into = left_.substr(0, left_.size() - value.rest().size());
        left_ = value.rest();
        return true;
    }
    bool ends_with(std::string_view last) const { return left_ == last; }

private:
    bool word(std::string_view expected) {
        if (!left_.starts_with(expected)) return false;
        left_.remove_prefix(expected.size());
        return true;
    }

    std::string_view left_;
};

bool read_plain_line(std::string_view line, event_record& r) {
    plain_line in(line);
    std::uint64_t schema_version = 0;
    std::string at;
    const bool is_read = in.number("{\"seq\":", r.seq) && in.text(",\"stream\":", r.stream.text) &&
                         in.text(",\"kind\":", r.kind) && in.number(",\"version\":", r.version) &&
                         in.text(",\"type\":", r.type) && in.number(",\"schema_version\":", schema_version) &&
                         in.text(",\"event_id\":", r.event_id) && in.text(",\"at\":", at) &&
                         in.text(",\"actor\":", r.actor) && in.text(",\"command_id\":", r.command_id) &&
                         in.json(",\"data\":", r.data) && in.text(",\"hash\":", r.hash) && in.ends_with("}");
    const auto time = is_read ? parse_rfc3339(at) : std::nullopt;
    if (!time || !std::in_range<int>(schema_version)) return false;
    r.at = *time;
    r.schema_version = static_cast<int>(schema_version);
    return true;
}

bool append_plain_line(std::string& to, const event_record& r) {
    const std::string at = to_rfc3339(r.at);
    const auto time = parse_rfc3339(at);
    for (const std::string* text : {&r.stream.text, &r.kind, &r.type, &r.event_id, &r.actor, &r.command_id, &r.hash})
        if (!is_plain(*text)) return false;
    if (time != r.at || !is_known(r.type, r.schema_version, std::make_index_sequence<std::variant_size_v<event>>{}) ||
        !is_plain_json(r.data))
        return false;
    put(to, "{\"seq\":", r.seq);
    put(to, ",\"stream\":", r.stream.text);
    put(to, ",\"kind\":", r.kind);
    put(to, ",\"version\":", r.version);
    put(to, ",\"type\":", r.type);
    put(to, ",\"schema_version\":", static_cast<std::uint64_t>(r.schema_version));
    put(to, ",\"event_id\":", r.event_id);
    put(to, ",\"at\":", at);
    put(to, ",\"actor\":", r.actor);
    put(to, ",\"command_id\":", r.command_id);
    to.append(",\"data\":").append(r.data);
    put(to, ",\"hash\":", r.hash);
    to += "}\n";
    return true;
}

}  // namespace

result<header> read_header(std::string_view line) {
    const auto document = ordered_json::parse(line, nullptr, false);
    if (!only_json(line) || !document.is_object() || !document.contains(marker))
        return wrong("it is not the header that slipway-log export writes");
    members in{document, {}};
    header found;
    if (in.number(marker) != version)
        return wrong("the export is of another version than " + std::to_string(version) + ": use a newer slipway");
    found.install_id = in.text("install_id");
    found.created_at = in.text("created_at");
    found.events = in.number("events");
    if (!in.bad.empty()) return wrong("the header's \"" + in.bad + "\" is missing or of the wrong kind");
    return found;
}

std::string line_of(const event_record& record) {
    if (record.data.find_first_of("\r\n") == std::string::npos) return record_line(record);
    ordered_json more;
    more["data_text"] = record.data;
    return record_line(record, more.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
}

bool append_line(std::string& to, const event_record& record) {
    if (append_plain_line(to, record)) return true;
    const std::string line = line_of(record);
    to.append(line).append(1, '\n');
    const auto same = read_line(line);
    return same && hash_input(*same) == hash_input(record);
}

result<event_record> read_line(std::string_view line) {
    event_record r;
    if (auto read = read_line(line, r); !read) return read.error();
    return r;
}

result<void> read_line(std::string_view line, event_record& r) {
    if (read_plain_line(line, r)) return {};
    const auto document = ordered_json::parse(line, nullptr, false);
    if (document.is_discarded() || !only_json(line)) return wrong("it is not JSON");
    if (!document.is_object()) return wrong("it is not a JSON object");
    members in{document, {}};
    r.seq = in.number("seq");
    r.stream.text = in.text("stream");
    r.kind = in.text("kind");
    r.version = in.number("version");
    r.type = in.text("type");
    const std::uint64_t schema_version = in.number("schema_version");
    r.event_id = in.text("event_id");
    const auto at = parse_rfc3339(in.text("at"));
    r.actor = in.text("actor");
    r.command_id = in.text("command_id");
    r.hash = in.text("hash");
    if (!in.bad.empty()) return wrong("\"" + in.bad + "\" is missing or of the wrong kind");
    if (!at) return wrong("\"at\" is not a time");
    if (schema_version > std::numeric_limits<int>::max()) return wrong("\"schema_version\" is too large");
    r.at = *at;
    r.schema_version = static_cast<int>(schema_version);
    r.data = document.contains("data_text") ? in.text("data_text") : std::string(data_in(line));
    if (!in.bad.empty() || r.data.empty()) return wrong("\"data\" is missing");
    return {};
}

}  // namespace slipway::inspection::export_format
