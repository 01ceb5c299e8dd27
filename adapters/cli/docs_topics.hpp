// What slipway docs shows: adapters/cli/docs/*.txt and the README's list of settings, put into the program by
// embed_docs.py.
#pragma once

#include <span>
#include <string_view>

namespace slipway::cli {

struct docs_topic {
    std::string_view name;
    std::string_view title;
    std::string_view text;
};

std::span<const docs_topic> docs_topics();  // by name

}  // namespace slipway::cli
