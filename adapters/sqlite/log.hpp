// The engine's event log on SQLite: engine/ports/event_log.hpp with one thread that writes and one that reads.
//
// Group commit: the writing thread takes everything that was queued while its last commit ran, stores it in one
// transaction, and answers each append by itself. Under load the price of a commit is shared by all who wait; alone an
// append waits for nobody.
//
// Owned by the composition root. open() blocks (start-up only); every other function is called on the loop's thread and
// resumes there. The destructor finishes what is queued and joins the threads: the io_context must still exist then.
// An append whose coroutine was cancelled is stored all the same.
#pragma once

#include "adapters/sqlite/reader.hpp"
#include "adapters/sqlite/writer.hpp"
#include "engine/ports/event_log.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace slipway::sqlite {

class log final : public event_log {
public:
    // Errors as writer::open.
    static result<std::unique_ptr<log>> open(const writer_options& options);
    // To look only, beside whoever writes: append() and what else would write fails. Errors as reader::open, and for a
    // database that no writer has brought up to date yet.
    static result<std::unique_ptr<log>> open_to_read(const std::string& path);
    ~log() override;

    std::string install_id() const override;
    boost::asio::awaitable<append_result> append(append_request request) override;
    histogram commit_times() const override;
    boost::asio::awaitable<result<std::vector<event_record>>> read_stream(stream_id stream,
                                                                          std::uint64_t after_version) override;
    boost::asio::awaitable<result<std::vector<event_record>>> read_all(std::uint64_t after_seq,
                                                                       std::size_t limit) override;
    boost::asio::awaitable<result<std::vector<stream_head>>> heads(head_filter filter) override;
    boost::asio::awaitable<result<stream_counts>> count_live() override;
    boost::asio::awaitable<result<std::vector<stream_id>>> live_with_key(std::string provider,
                                                                         std::string key_fingerprint,
                                                                         stream_id except) override;
    boost::asio::awaitable<result<std::vector<event_record>>> find_command(std::string command_id) override;
    boost::asio::awaitable<result<std::optional<std::string>>> find_request(std::string key) override;

    // What is kept beside the events in the same file (registry.hpp, outbox.hpp). `work` runs on the writing thread, in
    // a transaction that is undone where it fails, or on the reading thread. It must own what it uses: the coroutine
    // that waits for it may be gone.
    template <class T>
    boost::asio::awaitable<result<T>> write(std::function<result<T>(connection&)> work);
    template <class T>
    boost::asio::awaitable<result<T>> read(std::function<result<T>(connection&)> work);
    // As write(), for what gives nothing back.
    using work_on_file = std::function<result<void>(connection&)>;
    boost::asio::awaitable<result<void>> change(work_on_file work);

    // Commits made so far; any thread.
    std::uint64_t commits() const;

private:
    class writing_thread;
    class reading_thread;

    log(std::optional<writer> storage, reader source);

    boost::asio::awaitable<result<void>> run_reading(work_on_file work);

    // Keeps what `work` returned until the coroutine takes it.
    template <class T>
    static work_on_file keeping(std::function<result<T>(connection&)> work, std::shared_ptr<std::optional<T>> into) {
        return [work = std::move(work), into = std::move(into)](connection& on) -> result<void> {
            auto found = work(on);
            if (!found) return found.error();
            *into = *std::move(found);
            return {};
        };
    }

    std::unique_ptr<writing_thread> writing_;  // none: opened to read
    std::unique_ptr<reading_thread> reading_;
};

template <class T>
boost::asio::awaitable<result<T>> log::write(std::function<result<T>(connection&)> work) {
    auto kept = std::make_shared<std::optional<T>>();
    auto run = keeping<T>(std::move(work), kept);
    auto done = co_await change(std::move(run));
    if (!done) co_return done.error();
    co_return std::move(**kept);
}

template <class T>
boost::asio::awaitable<result<T>> log::read(std::function<result<T>(connection&)> work) {
    auto kept = std::make_shared<std::optional<T>>();
    auto run = keeping<T>(std::move(work), kept);
    auto done = co_await run_reading(std::move(run));
    if (!done) co_return done.error();
    co_return std::move(**kept);
}

}  // namespace slipway::sqlite
