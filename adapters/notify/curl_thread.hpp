// The thread on which libcurl sends mail, one letter after the other. Private to smtp.cpp.
//
// post() and the guard's end may be called from any thread; every letter is answered exactly once, also those that are
// called back or still wait when the thread ends. Destroying it breaks the transfer in hand off and waits for the
// thread.
#pragma once

#include "adapters/notify/smtp.hpp"
#include "engine/async/one_shot.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace slipway::notify {

class curl_thread {
public:
    struct letter {
        explicit letter(one_shot<delivery>::sender to) : answer(std::move(to)) {}
        std::string from, to, text;
        one_shot<delivery>::sender answer;
        std::atomic<bool> called_back{false};
    };

    // Whoever waits for a letter holds one: gone before the answer came, it breaks the transfer off.
    class [[nodiscard]] call_back {
    public:
        call_back(curl_thread& thread, std::shared_ptr<letter> what) : thread_(thread), letter_(std::move(what)) {}
        ~call_back();
        call_back(const call_back&) = delete;
        call_back& operator=(const call_back&) = delete;

    private:
        curl_thread& thread_;
        std::shared_ptr<letter> letter_;
    };

    curl_thread(smtp_server server, smtp_options options);
    ~curl_thread();
    curl_thread(const curl_thread&) = delete;
    curl_thread& operator=(const curl_thread&) = delete;

    void post(std::shared_ptr<letter> what);

private:
    struct transfer;

    void run();
    delivery send(letter& what);
    delivery judge(const transfer& done, int code) const;
    std::string harmless(std::string text) const;

    const smtp_server server_;
    const smtp_options options_;
    std::unique_ptr<void, void (*)(void*)> multi_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::shared_ptr<letter>> waiting_;
    std::atomic<bool> stopping_{false};
    std::thread thread_;  // last: it runs as soon as it exists
};

}  // namespace slipway::notify
