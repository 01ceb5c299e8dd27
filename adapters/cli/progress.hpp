// What a person sees while VMs come and go: one line per event with the time since the VM's last one, the recipe's
// output, and on a terminal a line that moves with the step in hand. Everything goes to stderr.
#pragma once

#include "adapters/cli/terminal.hpp"
#include "engine/runtime/engine.hpp"

#include <map>
#include <string>
#include <vector>

namespace slipway::cli {

class progress final : public engine_observer {
public:
    explicit progress(terminal& out) : out_(out) {}

    void appended(const vm_state& state, const std::vector<event_record>& records) override;
    void recipe_output(const stream_id& stream, std::string_view text) override;
    void log_trouble(const std::string& message) override;
    void clock_trouble(const std::string& message) override;
    void older_log(const std::string& provider, const project_survey& seen) override;
    void stream_trouble(const stream_id& stream, const std::string& message) override;

    // Redraws the moving line; call it a few times a second.
    void tick(timestamp now);

    // Non-empty: the log could not be written, and what it said.
    const std::string& trouble() const { return trouble_; }

private:
    struct watched {
        std::string name;
        timestamp began;
        timestamp last;
        std::string doing;  // empty: at rest
        std::string unfinished_line;
    };

    void show(watched& vm, const vm_state& state, const event_record& record);
    void flush_output(watched& vm);
    void line(const watched& vm, const std::string& text, std::string_view since);

    terminal& out_;
    std::map<stream_id, watched> vms_;
    std::string trouble_;
    unsigned frame_ = 0;
};

}  // namespace slipway::cli
