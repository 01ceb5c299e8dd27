// An HTTP server on a loop and a thread of its own, so that a test can talk to it with blocking calls.
#pragma once

#include "adapters/net/http_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <filesystem>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

#include <stdlib.h>

namespace slipway::test {

class directory {
public:
    directory() : path_((std::filesystem::temp_directory_path() / "slipway-http-XXXXXX").string()) {
        if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no temporary directory");
    }
    ~directory() { std::filesystem::remove_all(path_); }
    directory(const directory&) = delete;
    directory& operator=(const directory&) = delete;
    std::string operator/(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

// Asks until it is so; false where that takes more than 20 s. For what another thread does.
template <class Condition>
bool comes_true(Condition what) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!what()) {
        if (std::chrono::steady_clock::now() > until) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return true;
}

class running_server {
public:
    explicit running_server(net::request_handler answer, net::server_limits limits = {}, net::head_guard head = {})
        : guard_(boost::asio::make_work_guard(loop)) {
        server_ = std::make_unique<net::http_server>(loop.get_executor(), std::move(answer), limits,
                                                     [this](std::string_view what) { fault = what; }, std::move(head));
        tcp = server_->listen(*net::parse_listen_address("127.0.0.1:0")).value();
        unix_socket = server_->listen(*net::parse_listen_address("unix:" + (scratch / "s"))).value();
        thread_ = std::thread([this] { loop.run(); });
    }
    ~running_server() {
        in_loop([this] { server_.reset(); });
        guard_.reset();
        thread_.join();
    }

    template <class Work>
    std::invoke_result_t<Work&> in_loop(Work work) {
        using value = std::invoke_result_t<Work&>;
        std::packaged_task<value()> task(std::move(work));
        auto done = task.get_future();
        boost::asio::post(loop, [&task] { task(); });
        return done.get();
    }
    std::size_t connections() {
        return in_loop([this] { return server_->connections(); });
    }
    // Until there are so many; false where that takes more than 20 s.
    bool comes_to(std::size_t connections_) {
        return comes_true([&] { return connections() == connections_; });
    }
    std::future<void> stop(std::chrono::milliseconds in_hand) {
        return boost::asio::co_spawn(loop, server_->stop(in_hand), boost::asio::use_future);
    }

    directory scratch;
    boost::asio::io_context loop;
    net::listen_address tcp;
    net::listen_address unix_socket;
    std::string fault;

private:
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
    std::unique_ptr<net::http_server> server_;
    std::thread thread_;
};

}  // namespace slipway::test
