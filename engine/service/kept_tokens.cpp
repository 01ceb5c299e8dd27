#include "engine/service/kept_tokens.hpp"

#include "engine/service/recipients.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <utility>

namespace slipway::service {

using boost::asio::awaitable;

namespace {

error no_key() {
    return make_error(error_kind::configuration,
                      "providers' tokens cannot be kept: set CREDENTIAL_ENCRYPTION_KEY to 64 hex digits "
                      "(openssl rand -hex 32) and restart");
}

sealed_for purpose_of(const std::string& provider) { return {sealed_kind::provider_token, provider}; }

}  // namespace

kept_tokens::kept_tokens(boost::asio::any_io_executor executor, registry& from, engine_clock& clock,
                         std::shared_ptr<const sealing> key)
    : executor_(std::move(executor)), registry_(from), clock_(clock), key_(std::move(key)) {}

awaitable<result<void>> kept_tokens::check() { return check_with(key_); }

awaitable<result<void>> kept_tokens::use(std::shared_ptr<const sealing> key) {
    auto good = co_await check_with(key);
    if (good) key_ = std::move(key);
    co_return good;
}

awaitable<result<void>> kept_tokens::check_with(std::shared_ptr<const sealing> key) {
    auto kept = co_await registry_.providers();
    if (!kept) co_return kept.error();
    const auto opens = [&](const provider_record& one) { return key->open(one.sealed_token, purpose_of(one.id)).has_value(); };
    if (key && !kept->empty() && std::none_of(kept->begin(), kept->end(), opens))
        co_return make_error(error_kind::configuration,
                             "CREDENTIAL_ENCRYPTION_KEY opens none of the providers' tokens: set the key that they were "
                             "sealed with (after an interrupted slipway secrets rotate, run that again)");
    co_return result<void>{};
}

result<std::string> kept_tokens::seal(const std::string& provider, std::string_view token) const {
    if (!key_) return no_key();
    return key_->seal(token, purpose_of(provider));
}

result<std::string> kept_tokens::seal_address(sealed_kind what, const std::string& provider,
                                              std::string_view address) const {
    if (!key_) return no_key();
    return key_->seal(address, {what, provider});
}

awaitable<result<std::optional<secret>>> kept_tokens::address(std::string provider, std::string channel) {
    const recipient_kind* kind = find_recipient_kind(channel);
    const auto kept = co_await registry_.provider(provider);
    if (!kept) co_return kept.error();
    const std::string sealed = *kept && kind ? address_of((*kept)->recipients, channel) : std::string();
    if (sealed.empty() || !kind->sealed_as) co_return std::optional<secret>();
    const std::string what = "the " + channel + " address of provider " + provider + " cannot be read";
    if (!key_) co_return make_error(error_kind::configuration, what + ": CREDENTIAL_ENCRYPTION_KEY is not set");
    auto opened = key_->open(sealed, {*kind->sealed_as, provider});
    if (!opened)
        co_return make_error(error_kind::configuration,
                             what + " with this CREDENTIAL_ENCRYPTION_KEY: " + opened.error().message);
    std::optional<secret> out = *std::move(opened);
    co_return std::move(out);
}

awaitable<result<std::vector<std::string>>> kept_tokens::providers() {
    auto kept = co_await registry_.providers();
    if (!kept) co_return kept.error();
    std::vector<std::string> ids;
    for (provider_record& one : *kept) ids.push_back(std::move(one.id));
    co_return ids;
}

awaitable<result<std::optional<std::string>>> kept_tokens::find(std::string provider) {
    auto kept = co_await registry_.provider(std::move(provider));
    if (!kept) co_return kept.error();
    std::optional<std::string> sealed;
    if (*kept) sealed = std::move((*kept)->sealed_token);
    co_return sealed;
}

result<secret> kept_tokens::open(const std::string& provider, const std::string& sealed) {
    if (!key_)
        return make_error(error_kind::configuration, "the token of provider " + provider +
                                                         " cannot be read: CREDENTIAL_ENCRYPTION_KEY is not set");
    auto token = key_->open(sealed, purpose_of(provider));
    if (!token)
        return make_error(error_kind::configuration, "the token of provider " + provider +
                                                         " cannot be read with this CREDENTIAL_ENCRYPTION_KEY: " +
                                                         token.error().message);
    return token;
}

void kept_tokens::heard(const std::string& provider, const std::string& sealed, bool works,
                        const std::string& why_not) {
    provider_record about;
    about.id = provider;
    about.sealed_token = sealed;
    about.token_works = works;
    about.token_problem = works ? "" : why_not;
    about.token_checked_at = clock_.now();
    auto noting = note(std::move(about));
    boost::asio::co_spawn(executor_, std::move(noting), boost::asio::detached);
}

awaitable<void> kept_tokens::note(provider_record about) {
    const auto kept = co_await registry_.provider(about.id);
    if (!kept || !*kept || (*kept)->token_works == about.token_works) co_return;
    if (!about.token_works)
        spdlog::warn("the token of provider {} does not work: {}", about.id, about.token_problem);
    const auto noted = co_await registry_.note_token(std::move(about));
    if (!noted) spdlog::error("{}", noted.error().message);
}

}  // namespace slipway::service
