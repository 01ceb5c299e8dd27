// What the daemon does with the engine's news: a line in its log for each change of state, the feed and the notifier are
// told, and a log that cannot be written makes the process not ready. Called on the loop's thread.
#pragma once

#include "engine/runtime/engine.hpp"

#include <functional>
#include <set>
#include <string>

namespace slipway::composition {

class watch final : public engine_observer {
public:
    // Set before the engine is given anything to do; either may be empty.
    std::function<void(const std::vector<event_record>& records)> on_events;
    std::function<void(const std::string& why)> on_trouble;

    void appended(const vm_state& state, const std::vector<event_record>& records) override;
    void log_trouble(const std::string& message) override;
    void stream_trouble(const stream_id& stream, const std::string& message) override;

private:
    std::set<stream_id> troubled_;  // each is told once: the sweep meets it again and again
};

}  // namespace slipway::composition
