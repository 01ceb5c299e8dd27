#include "engine/model/codec.hpp"

#include "engine/base/json_text.hpp"
#include "engine/base/plain_json.hpp"
#include "engine/model/recipe_output.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <type_traits>
#include <utility>
#include <vector>

namespace slipway {

namespace {

using nlohmann::json;

template <class T>
concept structured = requires { T::fields; };

// Its message may quote a recipe's output.
template <class T>
concept quoting = requires(T e) {
    e.message;
    e.output;
};

// ---- to JSON, member after member as FORMAT.md orders them

struct writer {
    std::string out;

    // Ours are nearly always plain; the others are the library's work.
    void write(std::string_view v) {
        const auto is_plain = [](unsigned char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; };
        if (std::all_of(v.begin(), v.end(), is_plain))
            out.append(1, '"').append(v).append(1, '"');
        else
            out += json(v).dump(-1, ' ', false, json::error_handler_t::replace);
    }
    void write(const std::string& v) { write(std::string_view(v)); }
    void write(bool v) { out += v ? "true" : "false"; }
    void write(int v) { out += std::to_string(v); }
    void write(std::int64_t v) { out += std::to_string(v); }
    void write(timestamp v) { write(to_rfc3339(v)); }
    template <class E>
        requires std::is_enum_v<E>
    void write(E v) {
        write(slipway::name(v));
    }

    void write(const std::map<std::string, std::string>& v) {
        out += '{';
        for (const auto& [name, value] : v) member(name, value);
        out += '}';
    }
    template <class T>
    void write(const std::vector<T>& v) {
        out += '[';
        for (const auto& item : v) {
            separate();
            write(item);
        }
        out += ']';
    }
    template <structured T>
    void write(const T& v) {
        out += '{';
        const auto put = [&](const auto& f) {
            const auto& value = v.*(f.member);
            if constexpr (requires { value.has_value(); }) {
                if (value) member(f.name, *value);
            } else if constexpr (requires { f.is_later; }) {
                if (value != std::remove_cvref_t<decltype(value)>{}) member(f.name, value);
            } else {
                member(f.name, value);
            }
        };
        std::apply([&](const auto&... f) { (put(f), ...); }, T::fields);
        out += '}';
    }

private:
    void separate() {
        if (out.back() != '{' && out.back() != '[') out += ',';
    }
    template <class T>
    void member(std::string_view name, const T& v) {
        separate();
        write(name);
        out += ':';
        write(v);
    }
};

// ---- from JSON

// What was read, in the order of the text. Replay spends its time here, and the library's own tree, where each name and
// string is allocated, costs 1.4 times as many instructions.
struct value {
    enum class kind { null, boolean, integer, text, array, object, other };

    kind is = kind::null;
    std::string name;  // within an object
    std::string text;
    std::int64_t number = 0;
    std::vector<value> items;
};

// What the library's parser reports, put together. Members of ours are nested four deep at most; what is deeper than
// `deepest` belongs to members that this program does not know, and taking it down would need as deep a stack.
class tree_builder final : public nlohmann::json_sax<json> {
public:
    explicit tree_builder(value& root) { inside_.push_back(&root); }

    bool null() override { return add(value::kind::null); }
    bool boolean(bool v) override { return add(value::kind::boolean, v); }
    bool number_integer(number_integer_t v) override { return add(value::kind::integer, v); }
    bool number_unsigned(number_unsigned_t v) override {
        if (!std::in_range<std::int64_t>(v)) return add(value::kind::other);
        return add(value::kind::integer, static_cast<std::int64_t>(v));
    }
    bool number_float(number_float_t, const string_t&) override { return add(value::kind::other); }
    bool string(string_t& v) override {
        add(value::kind::text);
        last().text = std::move(v);
        return true;
    }
    bool binary(binary_t&) override { return add(value::kind::other); }
    bool start_object(std::size_t) override { return begin(value::kind::object); }
    bool key(string_t& v) override {
        name_ = std::move(v);
        return true;
    }
    bool end_object() override { return end(); }
    bool start_array(std::size_t) override { return begin(value::kind::array); }
    bool end_array() override { return end(); }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

private:
    static constexpr std::size_t deepest = 16;

    value& last() { return inside_.back()->items.back(); }
    bool add(value::kind k, std::int64_t number = 0) {
        value& v = inside_.back()->items.emplace_back();
        v.is = k;
        v.number = number;
        v.name.swap(name_);
        return true;
    }
    bool begin(value::kind k) {
        add(k);
        const bool is_kept = inside_.size() <= deepest;
        if (!is_kept) ignored_.items.clear();
        inside_.push_back(is_kept ? &last() : &ignored_);
        if (k == value::kind::object) inside_.back()->items.reserve(8);
        return true;
    }
    bool end() {
        inside_.pop_back();
        return true;
    }

    std::vector<value*> inside_;
    std::string name_;
    value ignored_;
};

// The same of what is read without the library.
struct plain_taker {
    tree_builder into;

    void null() { into.null(); }
    void boolean(bool v) { into.boolean(v); }
    void integer(std::int64_t v) { into.number_integer(v); }
    void text(std::string_view v, bool escaped) {
        std::string said = escaped ? unescaped(v) : std::string(v);
        into.string(said);
    }
    void key(std::string_view v, bool escaped) {
        std::string said = escaped ? unescaped(v) : std::string(v);
        into.key(said);
    }
    void begin_object() { into.start_object(0); }
    void end_object() { into.end_object(); }
    void begin_array() { into.start_array(0); }
    void end_array() { into.end_array(); }
};

// As the one item of `root`.
bool read_tree(std::string_view data, value& root) {
    plain_taker plain{tree_builder(root)};
    if (plain_json(data, plain).read()) return true;
    root = {};
    tree_builder any(root);
    return only_json(data) && json::sax_parse(data, &any);
}

// Uses up what it reads: true, or false with `bad` naming the member.
struct reader {
    std::string bad;

    bool fail(std::string_view where) {
        if (bad.empty()) bad = where;
        return false;
    }

    bool read(value& j, std::string& v, std::string_view where) {
        if (j.is != value::kind::text) return fail(where);
        v = std::move(j.text);
        return true;
    }
    bool read(value& j, bool& v, std::string_view where) {
        if (j.is != value::kind::boolean) return fail(where);
        v = j.number != 0;
        return true;
    }
    bool read(value& j, std::int64_t& v, std::string_view where) {
        if (j.is != value::kind::integer) return fail(where);
        v = j.number;
        return true;
    }
    bool read(value& j, int& v, std::string_view where) {
        if (j.is != value::kind::integer || !std::in_range<int>(j.number)) return fail(where);
        v = static_cast<int>(j.number);
        return true;
    }
    template <class Named>
    bool read_name(const value& j, Named& v, std::string_view where, std::optional<Named> (*find)(std::string_view)) {
        if (j.is != value::kind::text) return fail(where);
        const auto found = find(j.text);
        if (!found) return fail(where);
        v = *found;
        return true;
    }
    bool read(value& j, timestamp& v, std::string_view where) { return read_name(j, v, where, parse_rfc3339); }
    bool read(value& j, step& v, std::string_view where) { return read_name(j, v, where, step_named); }
    bool read(value& j, failure_code& v, std::string_view where) { return read_name(j, v, where, failure_named); }
    bool read(value& j, resource_kind& v, std::string_view where) { return read_name(j, v, where, resource_named); }
    bool read(value& j, variation& v, std::string_view where) { return read_name(j, v, where, variation_named); }
    bool read(value& j, shortcoming_kind& v, std::string_view where) { return read_name(j, v, where, shortcoming_named); }
    bool read(value& j, finding_kind& v, std::string_view where) { return read_name(j, v, where, finding_named); }
    bool read(value& j, std::map<std::string, std::string>& v, std::string_view where) {
        if (j.is != value::kind::object) return fail(where);
        for (value& item : j.items)
            if (!read(item, v[item.name], where)) return false;
        return true;
    }
    template <class T>
    bool read(value& j, std::vector<T>& v, std::string_view where) {
        if (j.is != value::kind::array) return fail(where);
        for (value& item : j.items)
            if (!read(item, v.emplace_back(), where)) return false;
        return true;
    }
    template <structured T>
    bool read(value& j, T& v, std::string_view where) {
        if (j.is != value::kind::object) return fail(where);
        const auto get = [&](const auto& f) {
            auto& member = v.*(f.member);
            // Of a name that is there twice the last one counts.
            const auto is_named = [&](const value& item) { return item.name == f.name; };
            const auto it = std::find_if(j.items.rbegin(), j.items.rend(), is_named);
            if constexpr (requires { member.has_value(); }) {
                if (it == j.items.rend()) return true;
                return read(*it, member.emplace(), f.name);
            } else if constexpr (requires { f.is_later; }) {
                return it == j.items.rend() || read(*it, member, f.name);
            } else {
                return it == j.items.rend() ? fail(f.name) : read(*it, member, f.name);
            }
        };
        return std::apply([&](const auto&... f) { return (get(f) && ...); }, T::fields);
    }
};

template <std::size_t... I>
result<event> decode_as(std::string_view type, int version, value& j, std::index_sequence<I...>) {
    std::optional<result<event>> out;
    const auto attempt = [&]<class E>(std::type_identity<E>) {
        if (E::name != type) return false;
        if (E::version != version) {
            out = make_error(error_kind::corrupt, "event type " + std::string(type) + " has schema version " +
                                                      std::to_string(version) + ", this program knows version " +
                                                      std::to_string(E::version) + ": use a newer slipway");
            return true;
        }
        auto& read = out.emplace(boost::system::in_place_value, std::in_place_type<E>);
        reader in;
        E& typed = std::get<E>(*read);
        const bool is_read = in.read(j, typed, "data");
        if constexpr (quoting<E>)
            if (is_read && typed.code == failure_code::recipe_failed) typed.output = cut_output(typed.message);
        if (!is_read)
            out = make_error(error_kind::corrupt,
                             "the data of event type " + std::string(type) + " is not valid: see \"" + in.bad + "\"");
        return true;
    };
    (void)(attempt(std::type_identity<std::variant_alternative_t<I, event>>{}) || ...);
    if (!out)
        return make_error(error_kind::corrupt,
                          "event type \"" + std::string(type) + "\" is unknown to this program: use a newer slipway");
    return *std::move(out);
}

}  // namespace

std::string_view type_of(const event& e) {
    return std::visit([]<class E>(const E&) { return E::name; }, e);
}

int version_of(const event& e) {
    return std::visit([]<class E>(const E&) { return E::version; }, e);
}

std::string encode(const event& e) {
    writer w;
    const auto write = [&]<class E>(const E& typed) {
        if constexpr (quoting<E>) {
            E stored = typed;
            stored.message = with_output(std::move(stored.message), typed.output);
            w.write(stored);
        } else {
            w.write(typed);
        }
    };
    std::visit(write, e);
    return std::move(w.out);
}

result<event> decode(std::string_view type, int schema_version, std::string_view data) {
    value read;
    if (!read_tree(data, read))
        return make_error(error_kind::corrupt, "the data of event type " + std::string(type) + " is not JSON");
    return decode_as(type, schema_version, read.items.front(), std::make_index_sequence<std::variant_size_v<event>>{});
}

}  // namespace slipway
