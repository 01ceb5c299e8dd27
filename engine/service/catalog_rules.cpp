#include "engine/service/catalog_rules.hpp"

#include "engine/service/near_names.hpp"

#include <algorithm>

namespace slipway::service {

namespace {

template <class T>
const T* by_name(const std::vector<T>& among, std::string_view name) {
    for (const T& one : among)
        if (one.name == name) return &one;
    return nullptr;
}

template <class T>
std::vector<std::string> names_of(const std::vector<T>& things) {
    std::vector<std::string> out;
    for (const T& one : things)
        if (!one.name.empty()) out.push_back(one.name);
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

bool passed(const std::optional<timestamp>& end, timestamp now) {
    return end && *end <= now;
}

bool can_be_ordered(const server_type& type, const offer& where, timestamp now) {
    return where.sold && !passed(where.unavailable_after, now) && !passed(type.unavailable_after, now);
}

std::vector<std::string> places_of(const server_type& type, timestamp now) {
    std::vector<std::string> out;
    for (const offer& one : type.offers)
        if (can_be_ordered(type, one, now)) out.push_back(one.location);
    return out;
}

std::string day(timestamp at) {
    return to_rfc3339(at).substr(0, 10);
}

std::string unknown(std::string_view what, std::string_view name, const std::vector<std::string>& valid) {
    std::string out = "Hetzner has no " + std::string(what) + " \"" + std::string(name) + "\"";
    const auto near = near_names(name, valid);
    if (!near.empty()) return out + "; did you mean " + listed(near, "or", 3) + "?";
    if (valid.empty()) return out + ".";
    return out + "; it has " + listed(valid, "and", 12) + ".";
}

// Until 2025 a datacenter ("nbg1-dc3") could be chosen, and many notes still name one.
std::string unknown_location(std::string_view name, const std::vector<std::string>& valid) {
    const auto part = name.rfind("-dc");
    const std::string place(name.substr(0, part));
    if (part == name.npos || std::find(valid.begin(), valid.end(), place) == valid.end()) return unknown("location", name, valid);
    return "\"" + std::string(name) + "\" is a datacenter, and Hetzner takes locations only; did you mean " + place + "?";
}

// Snapshots have no name; what people see in the Console is their description.
std::string unknown_image(std::string_view name, const catalog& from) {
    for (const image& one : from.images)
        if (one.name.empty() && one.description == name)
            return "\"" + std::string(name) + "\" is the description of a snapshot: order it by its id, " + std::to_string(one.id) + ".";
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (name.empty() || !std::all_of(name.begin(), name.end(), digit)) return unknown("image", name, names_of(from.images));
    return "Hetzner has no image or snapshot with the id " + std::string(name) +
           " in this project; see slipway catalog images (a new snapshot is known within the hour).";
}

// Empty where the type can be ordered there.
std::string place_problem(const server_type& type, const std::string& location, timestamp now) {
    const std::string name = "Server type " + type.name;
    if (passed(type.unavailable_after, now))
        return name + " cannot be ordered any more since " + day(*type.unavailable_after) + "; choose another one.";
    const offer* there = type.in(location);
    const auto places = places_of(type, now);
    const std::string elsewhere =
        places.empty() ? std::string("; choose another one.") : "; it is in " + listed(places, "and", 12) + ".";
    if (there == nullptr || !there->sold) return name + " is not sold in " + location + elsewhere;
    if (passed(there->unavailable_after, now))
        return name + " is not sold in " + location + " any more since " + day(*there->unavailable_after) + elsewhere;
    return {};
}

// The image under this name for any architecture.
const image* any_image(const catalog& from, std::string_view name) {
    if (name.empty()) return nullptr;
    for (const image& one : from.images)
        if (one.name == name || std::to_string(one.id) == name) return &one;
    return nullptr;
}

void add(std::vector<problem>& list, problem::field where, std::string sentence) {
    for (const problem& known : list)
        if (known.sentence == sentence) return;
    problem one;
    one.where = where;
    one.sentence = std::move(sentence);
    list.push_back(std::move(one));
}

// Hetzner's decimal texts have up to sixteen decimals; ten are enough for a sum that is shown with four.
constexpr int decimals = 10;

std::optional<std::int64_t> fixed(std::string_view text) {
    if (text.empty()) return std::nullopt;
    std::int64_t out = 0;
    int after_point = -1;
    for (const char c : text) {
        if (c == '.' && after_point < 0) {
            after_point = 0;
        } else if (c < '0' || c > '9' || out > 90'000'000'000'000'000) {
            return std::nullopt;
        } else if (after_point < decimals) {
            out = out * 10 + (c - '0');
            if (after_point >= 0) ++after_point;
        }
    }
    for (int i = std::max(after_point, 0); i < decimals; ++i) {
        if (out > 900'000'000'000'000'000) return std::nullopt;
        out *= 10;
    }
    return out;
}

// Empty where `first` is no number; `second` may be missing.
std::string sum(const std::string& first, const std::string& second) {
    const auto a = fixed(first);
    if (!a) return {};
    constexpr std::int64_t unit = 1'000'000;  // of the fourth decimal
    const std::int64_t rounded = (*a + fixed(second).value_or(0) + unit / 2) / unit;
    const std::string digits = std::to_string(rounded % 10'000);
    return std::to_string(rounded / 10'000) + "." + std::string(4 - digits.size(), '0') + digits;
}

amount sum(const amount& first, const amount& second) {
    amount out;
    out.net = sum(first.net, second.net);
    out.gross = sum(first.gross, second.gross);
    return out;
}

}  // namespace

const server_type* find_type(const catalog& from, std::string_view name) {
    return by_name(from.server_types, name);
}

const location* find_location(const catalog& from, std::string_view name) {
    return by_name(from.locations, name);
}

const image* resolve_image(const catalog& from, std::string_view name, std::string_view architecture) {
    const image* deprecated = nullptr;
    if (name.empty()) return nullptr;  // which a snapshot's is
    for (const image& one : from.images) {
        if (one.architecture != architecture || (one.name != name && std::to_string(one.id) != name)) continue;
        if (!one.deprecated) return &one;
        deprecated = &one;
    }
    return deprecated;
}

std::vector<problem> validate(const catalog& from, const std::vector<candidate>& candidates,
                              std::string_view image_name, timestamp now) {
    using field = problem::field;
    std::vector<problem> out;
    const image* some_image = any_image(from, image_name);
    for (const candidate& wanted : candidates) {
        const server_type* type = find_type(from, wanted.server_type);
        const location* place = find_location(from, wanted.location);
        if (type == nullptr) {
            std::vector<server_type> living;
            for (const server_type& one : from.server_types)
                if (!places_of(one, now).empty()) living.push_back(one);
            add(out, field::server_type, unknown("server type", wanted.server_type, names_of(living)));
        }
        if (place == nullptr) add(out, field::location, unknown_location(wanted.location, names_of(from.locations)));
        if (type == nullptr) continue;
        if (place != nullptr)
            if (auto wrong = place_problem(*type, wanted.location, now); !wrong.empty())
                add(out, field::server_type, std::move(wrong));
        if (some_image != nullptr && resolve_image(from, image_name, type->architecture) == nullptr)
            add(out, field::image,
                "Image " + std::string(image_name) + " exists for " + some_image->architecture +
                    " only, and server type " + type->name + " is " + type->architecture +
                    "; choose another image or another type.");
    }
    if (some_image == nullptr) add(out, field::image, unknown_image(image_name, from));
    return out;
}

std::vector<candidate> orderable(const catalog& from, const std::vector<candidate>& candidates,
                                 std::string_view image_name, timestamp now) {
    std::vector<candidate> out;
    for (const candidate& wanted : candidates) {
        const server_type* type = find_type(from, wanted.server_type);
        if (type == nullptr || find_location(from, wanted.location) == nullptr) continue;
        const offer* there = type->in(wanted.location);
        const image* with = resolve_image(from, image_name, type->architecture);
        if (there == nullptr || with == nullptr || !can_be_ordered(*type, *there, now)) continue;
        candidate good = wanted;
        good.image_id = with->id;
        out.push_back(std::move(good));
    }
    return out;
}

std::optional<quote> price_of(const catalog& from, std::string_view type, std::string_view location) {
    const server_type* wanted = find_type(from, type);
    const offer* there = wanted == nullptr ? nullptr : wanted->in(location);
    if (there == nullptr || !there->price) return std::nullopt;
    price address;
    quote out;
    for (const auto& entry : from.ipv4_prices) {
        if (entry.location != location) continue;
        address = entry.price;
        out.with_ipv4 = true;
    }
    out.hourly = sum(there->price->hourly, address.hourly);
    out.monthly = sum(there->price->monthly, address.monthly);
    out.currency = from.currency;
    return out;
}

}  // namespace slipway::service
