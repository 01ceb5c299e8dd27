// Everything the engine needs from outside, in one place: the ports, made by the composition root (or the simulator)
// and living longer than the engine.
#pragma once

#include "engine/ports/clock.hpp"
#include "engine/ports/cloud.hpp"
#include "engine/ports/event_log.hpp"
#include "engine/ports/leases.hpp"
#include "engine/ports/news.hpp"
#include "engine/ports/random.hpp"
#include "engine/ports/remote_shell.hpp"
#include "engine/ports/key_vault.hpp"

namespace slipway {

struct world {
    event_log& log;
    cloud_source& clouds;
    remote_shell& shell;
    key_vault& keys;
    engine_clock& clock;
    random_source& random;
    leases* shared = nullptr;  // where several engines work on one log
    news_source* news = nullptr;  // likewise, where the store tells any
};

}  // namespace slipway
