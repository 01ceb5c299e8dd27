// Fills a new store with the records of another one: slipway-log import. All or nothing: what was not committed is gone
// when the importer goes, and so is a store that was made for it.
//
// Opened by adapters/composition/store.hpp, which refuses a store that is in use; owned by whoever imports. Synchronous,
// one thread. Whether hashes, versions and seqs are right is its caller's to check; the store only knows its own rules.
// Errors are of kind storage, but for a record that breaks one of these rules.
#pragma once

#include "engine/base/error.hpp"
#include "engine/model/record.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace slipway {

// Which log the records come from: the new one goes by the same name.
struct log_origin {
    std::string install_id;
    std::string created_at;
};

class log_importer {
public:
    virtual ~log_importer() = default;

    virtual std::string place() const = 0;  // what people call it

    virtual result<void> set_origin(const log_origin& origin) = 0;

    // Which record of a batch was not taken, and why: error_kind::corrupt where it breaks a rule of the store.
    struct not_taken {
        std::size_t at = 0;
        error why;
    };
    // In order of seq, as they are: their seqs and hashes are kept.
    virtual std::optional<not_taken> add(std::span<const event_record> batch) = 0;

    // Of what was added, in order of version.
    virtual result<std::vector<event_record>> read_stream(const stream_id& stream) = 0;
    virtual result<void> put_head(const stream_head& head) = 0;

    // What was added is durable then, and news to nobody: no message is sent about any of it.
    virtual result<void> commit() = 0;
};

}  // namespace slipway
