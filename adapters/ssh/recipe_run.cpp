#include "adapters/ssh/recipe_run.hpp"

#include "adapters/ssh/output_tail.hpp"
#include "adapters/ssh/reach.hpp"
#include "adapters/ssh/remote_scripts.hpp"
#include "engine/base/base64.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <random>
#include <sstream>

namespace slipway::ssh {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

namespace {

constexpr auto grace = 30s;          // past the script's deadline: the end of its clean-up, and the way here
constexpr std::size_t tail_size = 4096;
constexpr std::size_t longest_report = 64 * 1024;
constexpr int lost_code = 255;

// What the runner says on stderr, in lines "slipway: WORD …".
class report {
public:
    void add(std::string_view bytes) {
        if (text_.size() < longest_report) text_.append(bytes.substr(0, longest_report - text_.size()));
        for (std::size_t end; (end = text_.find('\n', read_)) != std::string::npos; read_ = end + 1)
            line(text_.substr(read_, end - read_));
    }

    bool own = false;    // this call started the recipe
    bool found = false;  // somebody else had
    bool begun = false;  // the script itself was started
    bool again = false;  // it still runs: follow on
    bool gone = false;   // there was a run, and its folder is no longer there
    bool lost = false;   // its runner died before the end
    bool ended = false;
    recipe_output output;   // with ended and lost
    std::string complaint;  // a sentence

    // For people, when none of the above says anything.
    std::string rest() const { return text_tail(text_, 300); }

private:
    void line(const std::string& text) {
        std::istringstream words(text);
        std::string who;
        std::string what;
        words >> who >> what;
        if (who != "slipway:") return;
        if (what == "own") own = true;
        if (what == "found") found = true;
        if (what == "begun") begun = true;
        if (what == "again") again = true;
        if (what == "gone") gone = true;
        if (what == "broken") std::getline(words >> std::ws, complaint);
        if (what == "lost") lost = static_cast<bool>(words >> output.bytes);
        if (what == "end") {
            int timed_out = 0;
            std::int64_t took = 0;
            ended = static_cast<bool>(words >> output.exit_code >> timed_out >> output.bytes >> took);
            output.timed_out = timed_out != 0;
            output.duration = std::chrono::milliseconds(took);
        }
        if (what == "tail") {
            std::string encoded;
            words >> encoded;
            output.tail = text_tail(base64_decode(encoded).value_or(""), tail_size);
        }
    }

    std::string text_;
    std::size_t read_ = 0;
};

std::string new_token() {
    std::random_device source;
    std::ostringstream text;
    text << std::hex << source() << source();
    return text.str();
}

std::string because_lost(recipe_output& output) {
    return output.tail + (output.tail.empty() || output.tail.ends_with('\n') ? "" : "\n") +
           "slipway: the recipe was cut off before its end (the VM was restarted, or the recipe's runner was killed); "
           "how far "
           "it came is unknown, so it is not run a second time\n";
}

}  // namespace

asio::awaitable<shell_result<recipe_output>> run_recipe_on(asio::any_io_executor loop, peer to, recipe_order order,
                                                           output_sink sink) {
    if (!is_run_id(order.run_id))
        co_return shell_failed(shell_failure::broken, "'" + order.run_id + "' cannot name a recipe's run");
    follow_request request;
    request.run_id = std::move(order.run_id);
    request.token = new_token();
    request.script = std::move(order.script);
    request.deadline = order.deadline;

    auto give_up = clock::now() + order.deadline + grace;
    bool begun = false;
    bool first = true;
    bool found_running = false;
    for (;;) {
        const auto contact_time = std::min<clock::duration>(first_contact, order.deadline);
        const auto contact_until = first ? clock::now() + contact_time : give_up;
        auto reached = co_await reach(loop, to, tolerance(), contact_until);
        if (!reached) {
            shell_error failed = reached.error();
            if (failed.failure == shell_failure::timed_out) failed.failure = shell_failure::unreachable;
            co_return failed;
        }
        const auto contact = std::move(*reached);

        report said;
        const auto listen = [&](bool from_stderr, std::string_view bytes) {
            if (from_stderr) {
                said.add(bytes);
                // The script's time counts from its start; what came before (cloud-init) has had its own.
                if (said.begun && !begun) {
                    begun = true;
                    give_up = clock::now() + order.deadline + grace;
                }
                return;
            }
            request.offset += bytes.size();
            if (sink) sink(bytes);
        };
        channel_sink to_us = listen;
        const auto ran = co_await contact->run(std::string(shell_command), follow_script(request), to_us, give_up);

        if (said.own || said.found) {
            if (first) found_running = said.found;
            first = false;
            request.may_start = false;
        }
        if (said.ended || said.lost) {
            if (said.lost) {
                said.output.exit_code = lost_code;
                said.output.tail = text_tail(because_lost(said.output), tail_size);
            }
            said.output.found_running = found_running;
            co_return std::move(said.output);
        }
        if (said.gone)
            co_return shell_failed(
                shell_failure::broken,
                "the run " + request.run_id + " was started on the VM, but its folder is no longer there");
        if (!said.complaint.empty()) co_return shell_failed(shell_failure::broken, said.complaint);
        if (ran && ran->timed_out && clock::now() >= give_up)
            co_return shell_failed(shell_failure::timed_out, "the VM did not report the end of the recipe in time");
        if (!ran && ran.error().failure != shell_failure::unreachable) co_return ran.error();
        if (ran && !ran->timed_out && !said.again)
            co_return shell_failed(shell_failure::broken, "the VM cannot run a recipe: " + said.rest());
        if (clock::now() >= give_up)
            co_return shell_failed(shell_failure::unreachable, "the VM was lost sight of while its recipe ran");
        asio::steady_timer pause(loop, 100ms);
        co_await pause.async_wait(asio::use_awaitable);
    }
}

}  // namespace slipway::ssh
