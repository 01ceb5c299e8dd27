#include "adapters/hetzner/pages.hpp"

#include "adapters/hetzner/errors.hpp"
#include "adapters/hetzner/json_reading.hpp"

namespace slipway::hetzner {

using nlohmann::json;

boost::asio::awaitable<cloud_result<part>> read_pages(std::shared_ptr<api> project, std::string path, std::string key) {
    part all;
    all.value = json::array();
    const std::string mark = path.find('?') == std::string::npos ? "?" : "&";
    for (int number = 1;;) {
        const std::string page = path + mark + "per_page=50&page=" + std::to_string(number);
        auto answer = co_await project->call(urgency::ordinary, "GET", page);
        if (answer.has_error()) co_return answer.error();
        const json document = parse(answer->body);
        if (!document.is_object() || !document.contains(key)) co_return unreadable(answer->status, "a list of " + key);
        for (const json& entry : list(document, key)) all.value.push_back(entry);
        const int next = next_page(document);
        if (next <= number) break;
        number = next;
    }
    co_return all;
}

}  // namespace slipway::hetzner
