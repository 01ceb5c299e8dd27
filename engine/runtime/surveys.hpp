// What this process has seen of each Hetzner project with each token: which servers and keys of this installation are in
// it, and whether the log is as far as they are. Asked once per token, before the first request that makes or removes
// something there; after that what the engine itself makes is added.
//
// It is what "gone" and "ours" are said from. Hetzner's ids name one thing in one project: a token of another project
// finds nothing, and that is no proof. And a server that no stream of the log knows, or that a stream knows less of, was
// made in another history of it: this log is an older one (a backup that was restored, a copy).
//
// Owned by the engine; lives on its thread.
#pragma once

#include "engine/machines/vm.hpp"
#include "engine/ports/clock.hpp"
#include "engine/ports/cloud.hpp"
#include "engine/ports/event_log.hpp"
#include "engine/async/async_mutex.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace slipway {

struct project_survey {
    std::string token;                             // its mark
    std::map<std::int64_t, std::string> servers;   // this installation's, and the stream that each is labelled with
    std::set<std::int64_t> ssh_keys;               // those that this process has made or found
    std::vector<cloud_server> ahead;               // of the servers: those that the log is not as far as
    std::chrono::milliseconds at{0};               // by the steady clock

    bool is_older() const { return !ahead.empty(); }
};

using survey_ptr = std::shared_ptr<project_survey>;

// Whether a server that is labelled with a stream is further than that stream in the log; null: the log has no such
// stream.
bool is_ahead(const cloud_server& server, const vm_state* state);

class surveys {
public:
    surveys(boost::asio::any_io_executor executor, event_log& log, engine_clock& clock)
        : executor_(std::move(executor)), log_(log), clock_(clock) {}

    // One or more requests where nothing is known yet, or what is known is from before `at_most`, or from some minutes
    // ago where the log was behind then. not_sent: the log did not answer. Who waited while another asked in vain is
    // told the same.
    boost::asio::awaitable<cloud_result<survey_ptr>> look(std::string provider, std::shared_ptr<cloud> project,
                                                          std::chrono::milliseconds at_most);

    // As it was seen last; null where it was not.
    survey_ptr known(const std::string& provider) const;

    // Providers whose projects are further than the log.
    std::vector<std::string> older() const;

    // Which token the provider's project was opened with last.
    const std::string& token(const std::string& provider) { return tokens_[provider]; }
    void opened(const std::string& provider, std::string token) { tokens_[provider] = std::move(token); }

private:
    boost::asio::awaitable<cloud_result<survey_ptr>> ask(std::shared_ptr<cloud> project);

    boost::asio::any_io_executor executor_;
    event_log& log_;
    engine_clock& clock_;
    struct trouble {
        std::chrono::milliseconds at{0};  // by the steady clock
        cloud_error why;
    };

    std::map<std::string, survey_ptr> seen_;  // by provider, as all of these
    std::map<std::string, trouble> troubles_;
    std::map<std::string, std::string> tokens_;
    std::map<std::string, std::unique_ptr<async_mutex>> asking_;
};

}  // namespace slipway
