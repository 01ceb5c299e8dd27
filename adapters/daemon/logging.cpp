#include "adapters/daemon/logging.hpp"

#include "adapters/composition/log_format.hpp"
#include "engine/base/terminal_text.hpp"
#include "engine/base/time.hpp"

#include <spdlog/formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <nlohmann/json.hpp>

#include <unistd.h>

#include <chrono>
#include <memory>

namespace slipway::daemon {

namespace {

int priority_of(spdlog::level::level_enum level) {
    switch (level) {
        case spdlog::level::critical: return 2;
        case spdlog::level::err: return 3;
        case spdlog::level::warn: return 4;
        case spdlog::level::info: return 6;
        default: return 7;
    }
}

class json_lines final : public spdlog::formatter {
public:
    explicit json_lines(bool with_priority) : with_priority_(with_priority) {}

    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& into) override {
        using namespace std::chrono;
        nlohmann::ordered_json line = nlohmann::ordered_json::object();
        line["at"] = to_rfc3339({duration_cast<milliseconds>(message.time.time_since_epoch()).count()});
        const auto level = spdlog::level::to_string_view(message.level);
        line["level"] = std::string(level.data(), level.size());
        line["message"] = std::string(message.payload.data(), message.payload.size());
        std::string text = with_priority_ ? "<" + std::to_string(priority_of(message.level)) + ">" : "";
        text += json_for_terminal(line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)) + "\n";
        into.append(text.data(), text.data() + text.size());
    }

    std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<json_lines>(with_priority_); }

private:
    bool with_priority_;
};

}  // namespace

void set_up_daemon_logging(const composition::environment& from) {
    auto logger = spdlog::stderr_logger_mt("slipwayd");
    if (::isatty(STDERR_FILENO) == 1)
        logger->set_formatter(composition::format_for_people("%H:%M:%S.%e %l: %v"));
    else
        logger->set_formatter(std::make_unique<json_lines>(from.text("JOURNAL_STREAM").has_value()));
    logger->set_level(spdlog::level::from_str(from.text("SLIPWAY_LOG_LEVEL").value_or("info")));
    logger->flush_on(spdlog::level::trace);
    spdlog::set_default_logger(std::move(logger));
}

}  // namespace slipway::daemon
