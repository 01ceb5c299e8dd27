// The providers' Hetzner tokens, as the registry keeps them: sealed; and the addresses that are secrets. They are read when
// they are needed, so that one which another process has stored is known at once, and opened only for as long as a request
// needs them.
//
// Owned by the composition root; the registry and the clock outlive it. Called on the loop's thread.
#pragma once

#include "engine/ports/clock.hpp"
#include "engine/ports/projects.hpp"
#include "engine/ports/registry.hpp"
#include "engine/ports/sealing.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slipway::service {

class kept_tokens final : public provider_tokens {
public:
    // `key` may be null: CREDENTIAL_ENCRYPTION_KEY is not set, and no token can be kept or opened.
    kept_tokens(boost::asio::any_io_executor executor, registry& from, engine_clock& clock,
                std::shared_ptr<const sealing> key);

    // Whether the key in use opens any of the tokens. One damaged token is that provider's trouble; a key that opens
    // none is the wrong key, and would end every contract: error_kind::configuration.
    boost::asio::awaitable<result<void>> check();
    // After CREDENTIAL_ENCRYPTION_KEY was read again; kept only where check() is content with it.
    boost::asio::awaitable<result<void>> use(std::shared_ptr<const sealing> key);

    // error_kind::configuration where there is no key.
    result<std::string> seal(const std::string& provider, std::string_view token) const;

    // Where a provider is told something, where that is a secret (recipients.hpp): the same.
    result<std::string> seal_address(sealed_kind what, const std::string& provider, std::string_view address) const;
    // None: the provider has none for this channel (any more).
    boost::asio::awaitable<result<std::optional<secret>>> address(std::string provider, std::string channel);

    boost::asio::awaitable<result<std::vector<std::string>>> providers() override;
    boost::asio::awaitable<result<std::optional<std::string>>> find(std::string provider) override;
    result<secret> open(const std::string& provider, const std::string& sealed) override;
    void heard(const std::string& provider, const std::string& sealed, bool works,
               const std::string& why_not) override;

private:
    boost::asio::awaitable<result<void>> check_with(std::shared_ptr<const sealing> key);
    boost::asio::awaitable<void> note(provider_record about);

    boost::asio::any_io_executor executor_;
    registry& registry_;
    engine_clock& clock_;
    std::shared_ptr<const sealing> key_;
};

}  // namespace slipway::service
