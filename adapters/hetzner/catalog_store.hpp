// Fetches the catalog and keeps it for an hour: in memory, and in a file where a directory is given, so that one
// command after the other does not read it anew. All pages are read; the four lists at the same time. Who asks while it
// is being fetched waits for that.
//
// The file is readable for its owner only and named after a hash of endpoint and token; it never holds the token. A
// file that is old, damaged or of another format is ignored. One per project, one loop, one thread.
#pragma once

#include "adapters/hetzner/api.hpp"
#include "engine/model/catalog.hpp"
#include "engine/async/wakeup.hpp"
#include "engine/ports/projects.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>

namespace slipway::hetzner {

class catalog_store {
public:
    // `file` may be empty.
    catalog_store(std::shared_ptr<api> project, std::string file);
    ~catalog_store();
    catalog_store(const catalog_store&) = delete;
    catalog_store& operator=(const catalog_store&) = delete;

    // At most an hour old. With `fresh` it is fetched again whatever its age.
    boost::asio::awaitable<catalog_result> get(bool fresh = false);

private:
    struct shared;
    std::shared_ptr<shared> shared_;
};

// DIRECTORY/catalog-<hash>.json
std::string catalog_file(const std::string& directory, const std::string& endpoint, std::string_view token);

}  // namespace slipway::hetzner
