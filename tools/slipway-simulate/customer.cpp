#include "tools/slipway-simulate/customer.hpp"

#include <array>

namespace slipway::simulated {

namespace {

// Commands of one customer, each with an id of its own: first, again, end0, end1, …
const std::string first = "first";
const std::string again = "again";

constexpr double impatience = 0.2;

}  // namespace

customer::customer(universe& u, invariants& rules, int number, vm_spec spec)
    : u_(u), rules_(rules), number_(std::to_string(number)), spec_(std::move(spec)) {}

void customer::request_after(milliseconds d) {
    u_.time.after(d, [this] { ask(first); });
}

void customer::end_now(int round) {
    constexpr std::array reasons{"cancelled", "payment_failed", "expired"};
    if (terms_) end_reason_ = reasons[static_cast<std::size_t>(u_.chance.between(0, 2))];
    ask("end" + std::to_string(round));
}

void customer::forgotten() {
    if (stream_.text.empty() || refused_ || u_.log.all_heads().contains(stream_)) return;
    stream_ = {};
    was_forgotten_ = true;
    answered_.clear();
    ask(first);
}

void customer::ask(const std::string& command) {
    if (answered_.contains(command)) return;
    // No answer is an answer too: of a process that died, or of a log that could not be written.
    u_.time.after(milliseconds{u_.chance.between(5'000, 90'000)}, [this, command] { ask(command); });
    computer* home = somebody();
    if (!home) return;
    // Who is impatient asks the next one as well.
    computer* other = u_.chance.chance(impatience) ? somebody() : home;
    if (other != home)
        other->submit(order(command), [this, command](const result<receipt>& answer) { hear(command, answer); });
    home->submit(order(command), [this, command](const result<receipt>& answer) { hear(command, answer); });
}

computer* customer::somebody() const {
    std::vector<computer*> there;
    for (computer* c : u_.computers)
        if (c->reachable() && !c->is_beside()) there.push_back(c);
    if (there.empty()) return nullptr;
    return there[static_cast<std::size_t>(u_.chance.between(0, static_cast<std::int64_t>(there.size()) - 1))];
}

submission customer::order(const std::string& command) const {
    submission s;
    s.actor = "customer:" + number_;
    s.command_id = command + number_;
    if (command != first && command != again) {
        s.command = end_vm{end_reason_};
        s.stream = stream_;
    } else if (terms_) {
        accept_contract accept;
        accept.contract.contract_id = "contract" + number_;
        accept.contract.offering = "small";
        accept.contract.spec = spec_;
        accept.contract.owner = "customer" + number_;
        accept.contract.expires_at = terms_->expires_at;
        s.command = std::move(accept);
    } else {
        s.command = request_vm{spec_, "customer" + number_};
    }
    return s;
}

void customer::hear(const std::string& command, const result<receipt>& answer) {
    if (!answer && answer.error().kind != error_kind::refused) return;
    if (!answered_.insert(command).second) return;
    if (command == first) {
        refused_ = !answer;
        if (!answer) return;
        stream_ = answer->stream;
        if (end_after_) u_.time.after(*end_after_, [this] { end_now(0); });
        if (terms_ && terms_->accepted_again_after)
            u_.time.after(*terms_->accepted_again_after, [this] { ask(again); });
    } else if (command == again && !was_forgotten_ && (!answer || answer->stream != stream_)) {
        rules_.report(violation_kind::accepted_twice,
                      "contract" + number_ + " was " + stream_.text + " and is now " +
                          (answer ? answer->stream.text : "refused: " + answer.error().message));
    }
}

}  // namespace slipway::simulated
