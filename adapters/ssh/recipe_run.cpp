#include "adapters/ssh/recipe_run.hpp"

#include "adapters/ssh/hand_over.hpp"
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
    std::string rest(const std::string& printed) const {
        const std::string words = text_tail(printed + text_, 300);
        const bool is_silent = words.find_first_not_of(" \n\r\t") == words.npos;
        return is_silent ? "its shell said nothing" : words;
    }

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
            std::string whose;
            output.of_cloud_init = (words >> whose) && whose == "cloud_init";
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

// The recipe's output begins behind a line of ours; what comes before that was printed by the login.
class recipe_stream {
public:
    explicit recipe_stream(const std::string& token) : mark_("\nslipway: output " + token + "\n") {}

    // What is the recipe's of these bytes.
    std::string_view take(std::string_view bytes) {
        if (begun_) return bytes;
        before_ += bytes;
        const auto at = before_.find(mark_);
        begun_ = at != before_.npos;
        if (begun_) return std::string_view(before_).substr(at + mark_.size());
        if (before_.size() > mark_.size()) before_.erase(0, before_.size() - mark_.size());
        return {};
    }
    // What was printed where ours should have run, when it never did.
    const std::string& before() const { return before_; }

private:
    std::string mark_;
    std::string before_;
    bool begun_ = false;
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

asio::awaitable<shell_result<ended_recipe>> run_recipe_on(asio::any_io_executor loop, peer to, recipe_order order,
                                                          std::chrono::milliseconds grace, output_sink sink) {
    if (!is_run_id(order.run_id))
        co_return shell_failed(shell_failure::broken, "'" + order.run_id + "' cannot name a recipe's run");
    follow_request request;
    request.run_id = order.run_id;
    request.script = std::move(order.script);
    request.deadline = order.deadline;
    request.needs_cloud_init = order.needs_cloud_init;

    auto give_up = clock::now() + order.deadline + grace;
    bool begun = false;                   // the script
    bool may_have_begun = false;          // … by this call
    bool first = true;
    bool found_running = false;
    bool placed = order.prepared.empty();  // the host keys
    for (;;) {
        // Once it may run, it may change SSH, and change it back: nothing that SSH says is its last word before its time
        // is over.
        const bool patient = order.in_doubt || may_have_begun;
        tolerance forgiven;
        const auto contact_time = std::min<clock::duration>(first_contact, order.deadline);
        const auto contact_until = patient ? give_up : clock::now() + contact_time;
        if (patient) {
            forgiven.another_host_key = true;
            forgiven.denied = std::chrono::ceil<std::chrono::milliseconds>(give_up - clock::now());
        }
        auto reached = co_await reach(loop, to, forgiven, contact_until);
        if (reached && !placed) {
            auto placing = install_host_keys_on(loop, to, order.prepared, order.run_id, std::move(*reached));
            reached = co_await std::move(placing);
            placed = reached.has_value();
        }
        shell_error failed;
        if (reached) {
            auto contact = std::move(*reached);
            request.token = new_token();
            report said;
            recipe_stream output(request.token);
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
                const std::string_view own = output.take(bytes);
                request.offset += own.size();
                if (sink && !own.empty()) sink(own);
            };
            channel_sink to_us = listen;
            const auto ran = co_await contact->run(std::string(shell_command), follow_script(request), to_us, give_up);

            if (said.own || said.found) {
                if (first) found_running = said.found;
                first = false;
                request.may_start = false;
            }
            if (said.ended || said.lost) {
                ended_recipe end;
                end.output = std::move(said.output);
                if (said.lost) {
                    end.output.exit_code = lost_code;
                    end.output.tail = text_tail(because_lost(end.output), tail_size);
                }
                end.output.found_running = found_running;
                end.contact = std::move(contact);
                co_return end;
            }
            if (said.gone) {
                failed = shell_failed(
                    shell_failure::broken,
                    "the run " + request.run_id + " was started on the VM, but its folder is no longer there");
                failed.begun = true;
                co_return failed;
            }
            if (!said.complaint.empty()) co_return shell_failed(shell_failure::broken, said.complaint);
            const bool broke_off = !ran && ran.error().failure == shell_failure::unreachable;
            may_have_begun = may_have_begun || said.own || said.found || broke_off || (ran && ran->timed_out);
            if (!ran)
                failed = ran.error();
            else if (ran->timed_out)
                failed = shell_failed(shell_failure::timed_out, "the VM did not report the end of the recipe in time");
            else if (said.again)
                failed = shell_failed(shell_failure::unreachable, "the VM was lost sight of while its recipe ran");
            else
                failed = shell_failed(shell_failure::broken, "the VM cannot run a recipe: " + said.rest(output.before()));
        } else {
            failed = reached.error();
            if (failed.failure == shell_failure::timed_out) failed.failure = shell_failure::unreachable;
        }
        const bool may_be_tried = order.in_doubt || may_have_begun;
        if (!may_be_tried || clock::now() >= give_up) {
            failed.begun = may_have_begun;
            co_return failed;
        }
        const bool soon = failed.failure == shell_failure::unreachable;
        asio::steady_timer pause(loop, soon ? 100ms : 1000ms);
        co_await pause.async_wait(asio::use_awaitable);
    }
}

}  // namespace slipway::ssh
