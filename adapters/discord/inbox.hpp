// Interactions that are acknowledged and not done: each is written down before its acknowledgement, and crossed out when
// its answer is there. After a crash they are found again. Thereby none that was acknowledged is lost, and one that Discord
// delivers twice is known.
//
// Kept as documents of kind "discord_interaction", with the token sealed. Called on the loop's thread.
#pragma once

#include "adapters/discord/interaction.hpp"
#include "engine/base/time.hpp"
#include "engine/ports/documents.hpp"
#include "engine/ports/sealing.hpp"

#include <boost/asio/awaitable.hpp>

#include <vector>

namespace slipway::discord {

// What the token of an interaction is sealed for; `id`: the interaction's.
sealed_for token_purpose(const std::string& id);

class inbox {
public:
    inbox(documents& kept, const sealing& seals) : kept_(kept), seals_(seals) {}

    struct entry {
        interaction what;
        timestamp received;
    };

    // False: it is known already.
    boost::asio::awaitable<result<bool>> add(entry one);
    boost::asio::awaitable<result<void>> remove(std::string id);
    // What an earlier process has left. One that cannot be read any more is taken out.
    boost::asio::awaitable<result<std::vector<entry>>> left_over();

private:
    documents& kept_;
    const sealing& seals_;
};

}  // namespace slipway::discord
