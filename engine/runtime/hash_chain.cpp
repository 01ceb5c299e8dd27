#include "engine/runtime/hash_chain.hpp"

#include "engine/base/digest.hpp"

namespace slipway {

std::string chain_hash(std::string_view previous_hash, const event_record& record) {
    return hex(sha256(previous_hash, hash_input(record)));
}

}  // namespace slipway
