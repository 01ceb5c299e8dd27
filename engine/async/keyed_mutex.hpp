// Locks by name, for coroutines of one loop: whoever comes first gets a name first, and other names do not wait for it. A name
// that nobody holds or waits for takes no memory. Not for use across threads.
#pragma once

#include "engine/async/async_mutex.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <map>
#include <memory>
#include <string>
#include <utility>

namespace slipway {

class keyed_mutex {
    struct entry;
    using table = std::map<std::string, std::weak_ptr<entry>>;

    // Owned by who holds the name and who waits for it; the last of them takes it out of the table.
    struct entry {
        entry(const boost::asio::any_io_executor& executor, std::shared_ptr<table> in, std::string name)
            : lock(executor), in_(std::move(in)), name_(std::move(name)) {}
        ~entry() { in_->erase(name_); }
        entry(const entry&) = delete;
        entry& operator=(const entry&) = delete;

        async_mutex lock;

    private:
        std::shared_ptr<table> in_;
        std::string name_;
    };

public:
    // Unlocks when it goes out of scope, also after the locks themselves have gone.
    class guard {
    public:
        guard() = default;

    private:
        friend keyed_mutex;
        guard(std::shared_ptr<entry> name, async_mutex::guard held) : name_(std::move(name)), held_(std::move(held)) {}
        std::shared_ptr<entry> name_;
        async_mutex::guard held_;  // goes first
    };

    explicit keyed_mutex(boost::asio::any_io_executor executor)
        : executor_(std::move(executor)), names_(std::make_shared<table>()) {}

    bool is_held(const std::string& name) const { return names_->contains(name); }

    // Cancelling the coroutine while it waits throws operation_aborted and leaves the others' order intact.
    boost::asio::awaitable<guard> lock(std::string name) {
        auto wanted = named(std::move(name));
        auto held = co_await wanted->lock.lock();
        guard out(std::move(wanted), std::move(held));
        co_return out;
    }

private:
    std::shared_ptr<entry> named(std::string name) {
        std::weak_ptr<entry>& known = (*names_)[name];
        if (auto there = known.lock()) return there;
        auto made = std::make_shared<entry>(executor_, names_, std::move(name));
        known = made;
        return made;
    }

    boost::asio::any_io_executor executor_;
    std::shared_ptr<table> names_;
};

}  // namespace slipway
