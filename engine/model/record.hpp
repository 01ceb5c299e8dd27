// One record of the event log as it is stored, and the bytes that its hash covers. schema/FORMAT.md is the page that
// explains every field; this header is what the code uses.
#pragma once

#include "engine/model/ids.hpp"
#include "engine/base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace slipway {

struct event_record {
    std::uint64_t seq = 0;  // global order of this store; for readers and feeds, not for correctness
    stream_id stream;
    std::string kind;           // "vm", "contract": which machine the stream runs
    std::uint64_t version = 0;  // 1, 2, 3 … per stream, without gaps
    std::string type;           // explicit event name, never a compiler's
    int schema_version = 1;     // of this event type's data
    std::string event_id;       // UUIDv7; appending it twice is appending it once
    timestamp at;
    std::string actor;       // who caused it: "cli:alice", "engine"
    std::string command_id;  // the command or step attempt it came from; empty where there was none
    std::string data;        // JSON object, exactly the bytes that were hashed
    std::string hash;        // 64 hex digits: SHA-256(previous hash of the stream ‖ hash_input(*this))
};

// What `hash` covers besides the previous hash: every field but seq and hash, each as "<length>:<bytes>", so that no
// two different records share their bytes.
std::string hash_input(const event_record& record);

// The cached last line of a stream. It can be rebuilt from the events at any time; it exists so that a restart reads
// only what is unfinished.
struct stream_head {
    stream_id stream;
    std::string kind;
    std::string state;  // name of the machine's state
    std::uint64_t version = 0;
    std::string owner;  // who it belongs to: a CLI user, a Discord user, a buyer
    std::string name;   // what people call it
    std::string provider;            // whose Hetzner project; "direct" for VMs that were requested directly
    std::string key_fingerprint;     // MD5 colon form of the user's SSH key, while this stream holds it; empty otherwise
    std::optional<timestamp> due_at; // when the engine must look again, where it waits for a time
    bool at_rest = false;            // nothing to do until a command comes (active, failed, terminated, …)
    bool ended = false;              // terminal: owns nothing at Hetzner any more (leaks are told apart)
    std::string definition;          // fingerprint of the transition table that wrote the last event
    std::string hash;                // of the last event; filled by the log
};

}  // namespace slipway
