// The program's own log of what the engine does: a line for each change of state, and for what goes wrong. Called on the
// loop's thread.
#pragma once

#include "engine/runtime/engine.hpp"

#include <set>
#include <string>

namespace slipway::composition {

class watch final : public engine_observer {
public:
    void appended(const vm_state& state, const std::vector<event_record>& records) override;
    void log_trouble(const std::string& message) override;
    void append_fenced(const stream_id& stream, const std::string& message) override;
    void clock_trouble(const std::string& message) override;
    void older_log(const std::string& provider, const project_survey& seen) override;
    void stream_trouble(const stream_id& stream, const std::string& message) override;

private:
    std::set<stream_id> troubled_;  // each is told once: the sweep meets it again and again
};

}  // namespace slipway::composition
