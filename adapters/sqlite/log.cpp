#include "adapters/sqlite/log.hpp"

#include "adapters/sqlite/reader.hpp"
#include "engine/async/work_queue.hpp"
#include "engine/async/one_shot.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <utility>
#include <variant>

namespace slipway::sqlite {

namespace asio = boost::asio;

namespace {

// A transaction of more would only make the first of its appends wait longer for their answers.
constexpr std::size_t most_per_commit = 512;

const char* const only_read = "this process only reads the database: nothing was written";

struct pending_append {
    append_request request;
    one_shot<append_result>::sender answer;
};

struct pending_work {
    std::function<result<void>(connection&)> work;
    one_shot<result<void>>::sender answer;
};

using pending = std::variant<pending_append, pending_work>;

}  // namespace

class log::writing_thread {
public:
    explicit writing_thread(writer storage)
        : storage_(std::move(storage)),
          queue_([this](std::vector<pending> taken) { take(std::move(taken)); }) {}

    void push(pending item) { queue_.push(std::move(item)); }

    std::atomic<std::uint64_t> commits{0};

    histogram commit_times() const {
        const std::lock_guard lock(mutex_);
        return commit_times_;
    }

private:
    // In the order in which they came; appends that stand together share their commits.
    void take(std::vector<pending> taken) {
        std::vector<pending_append> appends;
        for (pending& next : taken) {
            if (auto* append = std::get_if<pending_append>(&next)) {
                appends.push_back(std::move(*append));
                continue;
            }
            store(std::exchange(appends, {}));
            auto& other = std::get<pending_work>(next);
            other.answer.deliver(storage_.transact(other.work));
        }
        store(std::move(appends));
    }

    void store(std::vector<pending_append> taken) {
        for (std::size_t first = 0; first < taken.size(); first += most_per_commit) {
            const std::size_t end = std::min(taken.size(), first + most_per_commit);
            std::vector<append_request> batch;
            batch.reserve(end - first);
            for (std::size_t i = first; i < end; ++i) batch.push_back(std::move(taken[i].request));
            const auto began = std::chrono::steady_clock::now();
            auto results = storage_.append(std::move(batch));
            note(std::chrono::steady_clock::now() - began);
            for (std::size_t i = first; i < end; ++i) taken[i].answer.deliver(std::move(results[i - first]));
        }
    }

    void note(histogram::seconds took) {
        if (commits.exchange(storage_.commits()) == storage_.commits()) return;  // nothing was stored
        const std::lock_guard lock(mutex_);
        commit_times_.add(took);
    }

    writer storage_;
    mutable std::mutex mutex_;
    histogram commit_times_{instants};
    work_queue<pending> queue_;  // last: its thread uses storage_
};

class log::reading_thread {
public:
    using job = std::function<void(reader&)>;

    explicit reading_thread(reader source)
        : install_id(source.install_id()), source_(std::move(source)), queue_([this](std::vector<job> taken) {
              for (const job& next : taken) next(source_);
          }) {}

    // Runs `read` on the thread and resumes the caller with what it returned.
    template <class T>
    asio::awaitable<result<T>> run(std::function<result<T>(reader&)> read) {
        one_shot<result<T>> receiver(co_await asio::this_coro::executor);
        // std::function wants to copy its target; a sender is copyable, and only one copy ever delivers.
        job work = [read = std::move(read), answer = receiver.make_sender()](reader& from) mutable {
            answer.deliver(read(from));
        };
        queue_.push(std::move(work));
        result<T> found = co_await receiver.receive();
        co_return found;
    }

    const std::string install_id;

private:
    reader source_;
    work_queue<job> queue_;  // last: its thread uses source_
};

result<std::unique_ptr<log>> log::open(const writer_options& options) {
    auto storage = writer::open(options);
    if (!storage) return storage.error();
    auto source = reader::open(options.path);
    if (!source) return source.error();
    return std::unique_ptr<log>(new log(std::move(*storage), std::move(*source)));
}

result<std::unique_ptr<log>> log::open_to_read(const std::string& path) {
    auto source = reader::open(path);
    if (!source) return source.error();
    if (const auto newest = source->must_be_newest(); !newest) return newest.error();
    return std::unique_ptr<log>(new log(std::nullopt, std::move(*source)));
}

log::log(std::optional<writer> storage, reader source)
    : writing_(storage ? std::make_unique<writing_thread>(std::move(*storage)) : nullptr),
      reading_(std::make_unique<reading_thread>(std::move(source))) {}

log::~log() {
    // The reader first: the last connection to go checkpoints, and only the writer can.
    reading_.reset();
    writing_.reset();
}

std::string log::install_id() const {
    return reading_->install_id;
}

std::uint64_t log::commits() const {
    return writing_ ? writing_->commits.load() : 0;
}

histogram log::commit_times() const {
    return writing_ ? writing_->commit_times() : histogram(instants);
}

asio::awaitable<append_result> log::append(append_request request) {
    if (!writing_) co_return append_error{append_failure::fenced, only_read};
    writer::check(request);
    one_shot<append_result> receiver(co_await asio::this_coro::executor);
    pending_append item{std::move(request), receiver.make_sender()};
    writing_->push(std::move(item));
    append_result stored = co_await receiver.receive();
    co_return stored;
}

asio::awaitable<result<void>> log::change(work_on_file work) {
    if (!writing_) co_return make_error(error_kind::storage, only_read);
    one_shot<result<void>> receiver(co_await asio::this_coro::executor);
    pending_work item{std::move(work), receiver.make_sender()};
    writing_->push(std::move(item));
    result<void> done = co_await receiver.receive();
    co_return done;
}

asio::awaitable<result<void>> log::run_reading(work_on_file work) {
    std::function<result<void>(reader&)> read = [work = std::move(work)](reader& from) { return work(from.on()); };
    return reading_->run(std::move(read));
}

asio::awaitable<result<std::vector<event_record>>> log::read_stream(stream_id stream, std::uint64_t after_version) {
    std::function<result<std::vector<event_record>>(reader&)> read =
        [stream = std::move(stream), after_version](reader& from) { return from.read_stream(stream, after_version); };
    return reading_->run(std::move(read));
}

asio::awaitable<result<std::vector<event_record>>> log::read_all(std::uint64_t after_seq, std::size_t limit) {
    std::function<result<std::vector<event_record>>(reader&)> read = [after_seq, limit](reader& from) {
        return from.read_all(after_seq, limit);
    };
    return reading_->run(std::move(read));
}

asio::awaitable<result<std::vector<stream_head>>> log::heads(head_filter filter) {
    std::function<result<std::vector<stream_head>>(reader&)> read = [filter = std::move(filter)](reader& from) {
        return from.heads(filter);
    };
    return reading_->run(std::move(read));
}

asio::awaitable<result<stream_counts>> log::count_live() {
    std::function<result<stream_counts>(reader&)> read = [](reader& from) { return from.count_live(); };
    return reading_->run(std::move(read));
}

asio::awaitable<result<std::vector<stream_id>>> log::live_with_key(std::string provider, std::string key_fingerprint,
                                                                   stream_id except) {
    std::function<result<std::vector<stream_id>>(reader&)> read =
        [provider = std::move(provider), key_fingerprint = std::move(key_fingerprint),
         except = std::move(except)](reader& from) { return from.live_with_key(provider, key_fingerprint, except); };
    return reading_->run(std::move(read));
}

asio::awaitable<result<std::vector<event_record>>> log::find_command(std::string command_id) {
    std::function<result<std::vector<event_record>>(reader&)> read =
        [command_id = std::move(command_id)](reader& from) { return from.find_command(command_id); };
    return reading_->run(std::move(read));
}

asio::awaitable<result<std::optional<std::string>>> log::find_request(std::string key) {
    std::function<result<std::optional<std::string>>(reader&)> read =
        [key = std::move(key)](reader& from) { return from.find_request(key); };
    return reading_->run(std::move(read));
}

}  // namespace slipway::sqlite
