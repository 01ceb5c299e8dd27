#include "adapters/hetzner/pages.hpp"

#include "adapters/hetzner/json_reading.hpp"
#include "adapters/hetzner/patient_get.hpp"

namespace slipway::hetzner {

using nlohmann::json;

boost::asio::awaitable<cloud_result<part>> read_pages(std::shared_ptr<api> project, std::string path, std::string key) {
    part all;
    all.value = json::array();
    const std::string mark = path.find('?') == std::string::npos ? "?" : "&";
    for (int number = 1;;) {
        const std::string page = path + mark + "per_page=50&page=" + std::to_string(number);
        const auto answer = co_await patient_get(project, page, key);
        if (answer.has_error()) co_return answer.error();
        for (const json& entry : list(answer->value, key)) all.value.push_back(entry);
        const int next = next_page(answer->value);
        if (next <= number) break;
        number = next;
    }
    co_return all;
}

}  // namespace slipway::hetzner
