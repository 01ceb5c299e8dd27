// Everybody whom the engine tells what it does, in one list and told in its order: what shows progress, the service, what
// writes to the program's log, the messages.
//
// Owned by the composition root; whoever is added must outlive the engine. One loop, one thread.
#pragma once

#include "engine/runtime/engine.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace slipway {

class observers final : public engine_observer {
public:
    void add(engine_observer& one) { all_.push_back(&one); }

    void appended(const vm_state& state, const std::vector<event_record>& records) override {
        for (engine_observer* one : all_) one->appended(state, records);
    }
    void log_grew() override {
        for (engine_observer* one : all_) one->log_grew();
    }
    void recipe_output(const stream_id& stream, std::string_view text) override {
        for (engine_observer* one : all_) one->recipe_output(stream, text);
    }
    void log_trouble(const std::string& message) override {
        for (engine_observer* one : all_) one->log_trouble(message);
    }
    void log_works() override {
        for (engine_observer* one : all_) one->log_works();
    }
    void append_fenced(const stream_id& stream, const std::string& message) override {
        for (engine_observer* one : all_) one->append_fenced(stream, message);
    }
    void clock_trouble(const std::string& message) override {
        for (engine_observer* one : all_) one->clock_trouble(message);
    }
    void older_log(const std::string& provider, const project_survey& seen) override {
        for (engine_observer* one : all_) one->older_log(provider, seen);
    }
    void stream_trouble(const stream_id& stream, const std::string& message) override {
        for (engine_observer* one : all_) one->stream_trouble(stream, message);
    }

private:
    std::vector<engine_observer*> all_;
};

}  // namespace slipway
