#include "tools/slipway-log/soundness.hpp"

#include "engine/service/stream_check.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace slipway::inspection {

namespace {

constexpr unsigned most_readers = 4;
// Streams that follow each other lie beside each other: few turns, so that few pages are read by two. But none waits for long.
constexpr std::size_t turns_of_all = 16;

// All streams that have a head, shared out among readers.
class checked_streams {
public:
    checked_streams(std::vector<stream_head> heads, std::uint64_t last_seq)
        : heads_(std::move(heads)), turn_(heads_.size() / turns_of_all + 1), last_seq_(last_seq) {}

    // Until none is left, or one is in doubt.
    void work(log_reader& log, progress_line* progress) {
        for (std::size_t from = 0; !doubt_ && (from = next_.fetch_add(turn_)) < heads_.size();) {
            const std::size_t to = std::min(from + turn_, heads_.size());
            for (std::size_t i = from; i < to && !doubt_; ++i) {
                if (progress != nullptr) progress->at("streams", i, heads_.size());
                if (!is_right(log, heads_[i])) doubt_ = true;
            }
        }
    }

    bool doubt() const { return doubt_; }
    sound_log found() const { return {heads_.size(), events_}; }

private:
    bool is_right(log_reader& log, const stream_head& head) {
        auto records = log.read_stream(head.stream, 0);
        if (!records) return false;
        // A reader of its own may see what was appended since the heads were read.
        while (!records->empty() && records->back().version > head.version) records->pop_back();
        std::uint64_t before = 0;
        for (const event_record& r : *records) {
            if (r.seq <= before || r.seq > last_seq_) return false;
            before = r.seq;
        }
        events_ += records->size();
        return service::check_stream(*records, head).empty();
    }

    std::vector<stream_head> heads_;
    std::size_t turn_;  // streams that a reader takes at once
    std::uint64_t last_seq_;
    std::atomic<std::size_t> next_{0};
    std::atomic<std::uint64_t> events_{0};
    std::atomic<bool> doubt_{false};
};

}  // namespace

std::optional<sound_log> whole_log_is_right(log_reader& log, progress_line& progress) {
    const auto count = log.event_count(), last = log.last_seq();
    if (!count || !last || log.cut_off() || (log.has_every_seq() && *count != *last)) return {};
    auto heads = log.heads({});
    if (!heads) return {};
    progress.at("streams", 0, heads->size());  // the others may be done before this thread has its turn
    checked_streams streams(*std::move(heads), *last);
    std::vector<std::unique_ptr<log_reader>> readers;
    std::vector<std::thread> others;
    for (unsigned i = 1; i < std::min(std::thread::hardware_concurrency(), most_readers); ++i) {
        auto own = log.another();
        if (!own) break;
        readers.push_back(*std::move(own));
        others.emplace_back([&streams, reader = readers.back().get()] { streams.work(*reader, nullptr); });
    }
    streams.work(log, &progress);
    for (std::thread& one : others) one.join();
    // Each seq is in the log once: as many events as there are, none of them missing, are all of them.
    if (streams.doubt() || streams.found().events != *count) return {};
    return streams.found();
}

}  // namespace slipway::inspection
