// Measures the process's own work: hears of what is stored as one of the engine's observers, and is told the rest by
// those who do it. Owned by the composition root. One loop, one thread.
#pragma once

#include "engine/runtime/engine.hpp"
#include "engine/service/readings.hpp"

#include <map>
#include <optional>

namespace slipway::service {

class meters final : public engine_observer {
public:
    void appended(const vm_state& state, const std::vector<event_record>& records) override;

    // An HTTP status; 0: no answer came.
    void hetzner_answered(int status);
    void loop_lagged(histogram::seconds by) { so_far_.loop_lag.add(by); }

    const readings& so_far() const { return so_far_; }

private:
    // Of a stream that this process has seen begin something, until that has ended.
    struct under_way {
        std::optional<timestamp> requested;
        std::optional<step> in_hand;
        timestamp began;
    };
    void take(under_way& stream, const event_record& record);

    readings so_far_;
    std::map<stream_id, under_way> streams_;
};

}  // namespace slipway::service
