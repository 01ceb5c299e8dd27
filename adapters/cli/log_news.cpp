#include "adapters/cli/log_news.hpp"

#include "engine/base/exit_code.hpp"

#include <sstream>

namespace slipway::cli {

using boost::asio::awaitable;
using nlohmann::ordered_json;

awaitable<result<std::string>> log_news::body_of(std::string target) {
    net::http_request request;
    request.target = std::move(target);
    auto answer = co_await session_.forward(std::move(request));
    if (!answer) co_return answer.error();
    if (answer->status == 200) co_return std::move(answer->body);
    const auto said = read_answer(*answer);
    co_return make_error(said.code == exit_unreachable ? error_kind::unreachable : error_kind::failed, said.complaint);
}

awaitable<result<void>> log_news::begin() {
    const auto body = co_await body_of("/v1/overview");
    if (!body) co_return body.error();
    const auto overview = ordered_json::parse(*body, nullptr, false);
    seen_ = overview.is_object() ? overview.value("last_seq", std::uint64_t{0}) : 0;
    co_return result<void>{};
}

awaitable<result<std::vector<ordered_json>>> log_news::next() {
    const auto body = co_await body_of("/v1/events?after=" + std::to_string(seen_));
    if (!body) co_return body.error();
    std::vector<ordered_json> records;
    std::istringstream lines(*body);
    for (std::string line; std::getline(lines, line);) {
        auto record = ordered_json::parse(line, nullptr, false);
        if (!record.is_object()) continue;
        seen_ = record.value("seq", seen_);
        records.push_back(std::move(record));
    }
    co_return records;
}

}  // namespace slipway::cli
