#include "adapters/simulated/registry_model.hpp"

#include <utility>

namespace slipway::simulated {

using boost::asio::awaitable;

namespace {

template <class T>
std::vector<T> values_of(const std::map<std::string, T>& from) {
    std::vector<T> all;
    for (const auto& [id, one] : from) all.push_back(one);
    return all;
}

template <class T>
std::optional<T> value_in(const std::map<std::string, T>& from, const std::string& id) {
    const auto it = from.find(id);
    return it == from.end() ? std::nullopt : std::optional<T>(it->second);
}

// What is made again keeps the time when it was made first.
template <class T>
void put(std::map<std::string, T>& into, T record) {
    if (const auto it = into.find(record.id); it != into.end()) record.created_at = it->second.created_at;
    const std::string id = record.id;
    into.insert_or_assign(id, std::move(record));
}

}  // namespace

awaitable<result<std::vector<provider_record>>> registry_model::providers() { co_return values_of(providers_); }

awaitable<result<std::optional<provider_record>>> registry_model::provider(std::string id) {
    co_return value_in(providers_, id);
}

awaitable<result<void>> registry_model::put_provider(provider_record record) {
    put(providers_, std::move(record));
    co_return result<void>{};
}

awaitable<result<void>> registry_model::note_token(provider_record about) {
    const auto it = providers_.find(about.id);
    if (it != providers_.end() && it->second.sealed_token == about.sealed_token) {
        it->second.token_works = about.token_works;
        it->second.token_problem = about.token_problem;
        it->second.token_checked_at = about.token_checked_at;
    }
    co_return result<void>{};
}

awaitable<result<std::vector<offering_record>>> registry_model::offerings() { co_return values_of(offerings_); }

awaitable<result<std::optional<offering_record>>> registry_model::offering(std::string id) {
    co_return value_in(offerings_, id);
}

awaitable<result<void>> registry_model::put_offering(offering_record record) {
    put(offerings_, std::move(record));
    co_return result<void>{};
}

awaitable<result<user_defaults>> registry_model::defaults(std::string owner) {
    user_defaults none;
    none.owner = owner;
    co_return value_in(defaults_, owner).value_or(none);
}

awaitable<result<void>> registry_model::put_defaults(user_defaults record) {
    const std::string owner = record.owner;
    defaults_.insert_or_assign(owner, std::move(record));
    co_return result<void>{};
}

}  // namespace slipway::simulated
