// What somebody waits for and what changes nothing (the catalog, lists, whether a token works) is asked again a few times
// within seconds, where Hetzner fails passingly: a 5xx, a broken connection, an answer that cannot be read. After a 429
// it is asked again when the budget allows it, within a minute. Polls do not go this way, nor does what a step looks up by
// name or number: the engine tries those again by its plan.
#pragma once

#include "adapters/hetzner/api.hpp"
#include "adapters/hetzner/pages.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace slipway::hetzner {

// The answer to GET `path`: a JSON object that has `key`. The error is the last one.
boost::asio::awaitable<cloud_result<part>> patient_get(std::shared_ptr<api> project, std::string path, std::string key);

// How long to wait before the next try; none: there is none.
std::optional<std::chrono::milliseconds> pause_before_next(const cloud_error& failed, std::size_t tries,
                                                           std::chrono::milliseconds since_first);

// `ask` is one GET and the reading of its answer.
template <class T>
boost::asio::awaitable<cloud_result<T>> patiently(std::shared_ptr<api> project,
                                                  std::function<boost::asio::awaitable<cloud_result<T>>()> ask) {
    const auto began = project->clock().steady();
    for (std::size_t tries = 1;; ++tries) {
        auto out = co_await ask();
        if (!out.has_error()) co_return out;
        const auto pause = pause_before_next(out.error(), tries, project->clock().steady() - began);
        if (!pause) co_return out;
        project->say_waiting(out.error(), *pause);
        co_await project->clock().sleep(*pause);
    }
}

}  // namespace slipway::hetzner
