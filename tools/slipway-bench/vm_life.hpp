// A VM's life as the engine writes it down: the events are those of the machines' table, and each append holds what the
// engine stores with one commit, an outcome and the next step's intent. Ids and times follow from the VM's number: the same
// number is the same life in every run.
//
// A value; one thread. Throws where the machines' table does not know the life any more.
#pragma once

#include "engine/machines/vm.hpp"
#include "engine/ports/event_log.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace slipway::bench {

class vm_life {
public:
    // Most become active, every tenth needs a second try, every third is deleted again.
    explicit vm_life(std::uint64_t number);

    bool over() const { return done_ == plan_.size(); }
    append_request next();

private:
    struct moment {
        int after_ms;
        std::vector<event> events;
    };
    static std::vector<moment> plan(std::uint64_t number);

    stream_id id_;
    std::vector<moment> plan_;
    std::size_t done_ = 0;
    timestamp now_;
    vm_state state_;
};

}  // namespace slipway::bench
