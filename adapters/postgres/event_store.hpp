// The engine's event log on PostgreSQL, which several daemons share: engine/ports/event_log.hpp with two threads that append
// and a few that do everything else, each with a connection of its own.
//
// Group commit: an appending thread takes everything that was queued for it while its last statement ran, and stores it with
// one. Alone an append waits for nobody. Appends to one stream keep their order; among streams there is none.
//
// Owned by the composition root. open() blocks (start-up only); every other function is called on the loop's thread and
// resumes there. The destructor finishes what is queued and joins the threads: the io_context must still exist then. An
// append whose coroutine was cancelled is stored all the same.
#pragma once

#include "adapters/postgres/connection_threads.hpp"
#include "adapters/postgres/furthest_event.hpp"
#include "adapters/postgres/server_address.hpp"
#include "engine/ports/event_log.hpp"

#include <functional>
#include <memory>
#include <string>

namespace slipway::postgres {

class event_store final : public event_log {
public:
    enum class mode { work, look };  // look: changes nothing, also not the schema, and append() fails
    // Errors as look_at_schema and migrate.
    static result<std::unique_ptr<event_store>> open(const server_address& where, mode how);
    ~event_store() override;

    std::string install_id() const override { return install_id_; }
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

    // What this process is called among those that share the log: holder of leases, teller of news.
    const std::string& process() const { return process_; }
    std::shared_ptr<const furthest_event> known() const;

    // For what is kept beside the events: a statement that reads, or a transaction that changes something. `work` owns what
    // it uses and may be run twice.
    template <class T>
    boost::asio::awaitable<result<T>> read(std::function<result<T>(transaction_base&)> work) {
        return others().ask<T>(connection_threads::access::read, std::move(work));
    }
    template <class T>
    boost::asio::awaitable<result<T>> write(std::function<result<T>(transaction_base&)> work) {
        if (mode_ == mode::look) work = [](transaction_base&) -> result<T> { return only_looks(); };
        return others().ask<T>(connection_threads::access::change, std::move(work));
    }
    boost::asio::awaitable<result<void>> change(session::work work);
    // On a connection of its own, one after the other (shared_statement.hpp).
    void take_turn(connection_threads::job job);

private:
    struct threads;
    event_store(const server_address& where, mode how, std::string install_id, std::string process);
    connection_threads& others();
    static error only_looks();

    const mode mode_;
    const std::string install_id_, process_;
    std::unique_ptr<threads> threads_;
};

}  // namespace slipway::postgres
