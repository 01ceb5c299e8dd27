#include "adapters/hetzner/patient_get.hpp"

#include "adapters/hetzner/errors.hpp"
#include "adapters/hetzner/json_reading.hpp"

#include <array>

namespace slipway::hetzner {

using std::chrono::milliseconds;

namespace {

constexpr std::array pauses_of_a_get{milliseconds{500}, milliseconds{1'000}, milliseconds{2'000}, milliseconds{4'000}};
constexpr milliseconds patience{10'000};  // no new try is begun after that: a request may have hung
constexpr milliseconds longest_throttling{60'000};

}  // namespace

std::optional<milliseconds> pause_before_next(const cloud_error& failed, std::size_t tries, milliseconds since_first) {
    if (tries > pauses_of_a_get.size()) return std::nullopt;
    if (failed.failure == cloud_failure::rate_limited) {
        const milliseconds pause{failed.wait_ms.value_or(1'000)};
        if (since_first + pause > longest_throttling) return std::nullopt;
        return pause;
    }
    const bool passing = outcome_unknown(failed.failure) || failed.failure == cloud_failure::not_sent;
    if (!passing || since_first > patience) return std::nullopt;
    return pauses_of_a_get[tries - 1];
}

boost::asio::awaitable<cloud_result<part>> patient_get(std::shared_ptr<api> project, std::string path, std::string key) {
    std::function<boost::asio::awaitable<cloud_result<part>>()> ask =
        [project, path, key]() -> boost::asio::awaitable<cloud_result<part>> {
        const auto answer = co_await project->call(urgency::ordinary, "GET", path);
        if (answer.has_error()) co_return answer.error();
        part out;
        out.value = parse(answer->body);
        if (!out.value.is_object() || !out.value.contains(key)) co_return unreadable(answer->status, "\"" + key + "\"");
        co_return out;
    };
    return patiently<part>(std::move(project), std::move(ask));
}

}  // namespace slipway::hetzner
