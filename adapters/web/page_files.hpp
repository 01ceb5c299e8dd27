// The files of the web page. Embedded when the program is built: at run time there is no directory to find or to change.
#pragma once

#include <span>
#include <string_view>

namespace slipway::web {

struct page_file {
    std::string_view path;  // "/", "/web/main.js"
    std::string_view type;  // of its content
    std::string_view etag;  // strong, in its quotes: another content has another one
    std::string_view content;
};

std::span<const page_file> page_files();

}  // namespace slipway::web
