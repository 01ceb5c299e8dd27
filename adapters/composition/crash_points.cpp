#include "adapters/composition/crash_points.hpp"

#include <signal.h>
#include <unistd.h>

#include <charconv>

namespace slipway::composition {

namespace {

using boost::asio::awaitable;

class crashing_log final : public event_log {
public:
    crashing_log(std::unique_ptr<event_log> log, bool before, int at) : log_(std::move(log)), before_(before), at_(at) {}

    std::string install_id() const override { return log_->install_id(); }

    awaitable<append_result> append(append_request request) override {
        const bool now = ++count_ == at_;
        if (now && before_) ::kill(::getpid(), SIGKILL);
        auto stored = co_await log_->append(std::move(request));
        if (now) ::kill(::getpid(), SIGKILL);
        co_return stored;
    }

    awaitable<result<std::vector<event_record>>> read_stream(stream_id stream, std::uint64_t after) override {
        return log_->read_stream(std::move(stream), after);
    }
    awaitable<result<std::vector<event_record>>> read_all(std::uint64_t after, std::size_t limit) override {
        return log_->read_all(after, limit);
    }
    awaitable<result<std::vector<stream_head>>> heads(head_filter filter) override {
        return log_->heads(std::move(filter));
    }
    awaitable<result<stream_counts>> count_live() override { return log_->count_live(); }
    awaitable<result<std::vector<stream_id>>> live_with_key(std::string provider, std::string fingerprint,
                                                            stream_id except) override {
        return log_->live_with_key(std::move(provider), std::move(fingerprint), std::move(except));
    }
    awaitable<result<std::vector<event_record>>> find_command(std::string id) override {
        return log_->find_command(std::move(id));
    }
    awaitable<result<std::optional<std::string>>> find_request(std::string key) override {
        return log_->find_request(std::move(key));
    }

private:
    std::unique_ptr<event_log> log_;
    bool before_;
    int at_;
    int count_ = 0;
};

}  // namespace

result<std::unique_ptr<event_log>> with_crash_point(std::unique_ptr<event_log> log, const std::string& spec) {
    if (spec.empty()) return log;
    const auto colon = spec.find(':');
    const std::string where = spec.substr(0, colon);
    int at = 0;
    if (colon != std::string::npos) std::from_chars(spec.data() + colon + 1, spec.data() + spec.size(), at);
    if ((where != "before" && where != "after") || at < 1)
        return make_error(error_kind::configuration, "SLIPWAY_CRASH must be before:N or after:N, not \"" + spec + "\"");
    return std::unique_ptr<event_log>(std::make_unique<crashing_log>(std::move(log), where == "before", at));
}

}  // namespace slipway::composition
