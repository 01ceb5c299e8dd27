// One VM or contract seen through the records that a daemon hands out: the same fold as in the engine, so that the CLI
// shows the same lines whoever does the work. Pure but for the progress it tells.
#pragma once

#include "adapters/cli/vm_view.hpp"
#include "engine/ports/event_log.hpp"
#include "engine/runtime/engine.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace slipway::cli {

class stream_follower {
public:
    explicit stream_follower(std::string stream) { view_.stream.text = std::move(stream); }

    // Takes the answer of GET /v1/events for this stream; how many records were new. `tell` may be null. An error where
    // a record cannot be read by this program.
    result<std::size_t> take(std::string_view json_lines, engine_observer* tell);

    std::uint64_t seen() const { return seen_; }  // seq of the last record taken
    // Nothing to do until somebody gives a command.
    bool at_rest() const { return seen_ != 0 && !wants(view_.state); }
    const vm_view& view() const { return view_; }

private:
    vm_view view_;
    std::uint64_t seen_ = 0;
};

}  // namespace slipway::cli
