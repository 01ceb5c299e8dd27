#include "adapters/discord/gateway_protocol.hpp"

#include <algorithm>
#include <utility>

namespace slipway::discord {

using nlohmann::json;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

// Any code but 1000 and 1001 leaves the session as it is.
constexpr std::uint16_t session_stays = 4200;
constexpr std::uint16_t session_ends = 1000;

constexpr milliseconds patience_for_hello = seconds{15};
constexpr milliseconds patience_for_session = seconds{20};
constexpr milliseconds shortest_interval{100};
constexpr milliseconds longest_interval = minutes{10};

constexpr int most_resumes = 3;
constexpr int failures_worth_a_word = 3;
constexpr milliseconds pause_of_second_failure{500};
constexpr milliseconds longest_pause = minutes{2};  // 720 new sessions a day, of the 1,000 that are allowed
constexpr milliseconds pause_when_flooding = minutes{1};
constexpr milliseconds between_identifies{5'500};  // Discord wants five seconds, by its clock and as they arrive
constexpr milliseconds longest_wait_for_sessions = hours{1};  // then it asks again how many there are
constexpr std::size_t longest_session_id = 256;

constexpr milliseconds silence_before_resume = minutes{30};
constexpr milliseconds silence_before_renewal = hours{2};
constexpr milliseconds longest_silence = hours{24};

milliseconds part_of(milliseconds whole, double share) {
    return milliseconds{static_cast<milliseconds::rep>(static_cast<double>(whole.count()) * share)};
}

std::string text_in(const json& object, const char* key) {
    if (!object.is_object()) return {};
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// Some of the day's sessions are left to other processes that have the token, and to people who restart this one.
bool may_begin(const session_limit& sessions) {
    return sessions.remaining > std::min(5, sessions.total / 100);
}

}  // namespace

gateway_protocol::gateway_protocol(std::optional<gateway_session> kept, std::function<double()> chance)
    : chance_(std::move(chance)), session_(std::move(kept)), renew_after_(silence_before_renewal) {
    if (session_ &&
        (session_->id.empty() || session_->id.size() > longest_session_id || !connect_url(session_->resume_url)))
        session_.reset();
    if (session_) resume_from(milliseconds{0});
}

milliseconds gateway_protocol::due() const {
    if (phase_ == phase::none) return not_before_;
    milliseconds out = milliseconds::max();
    if (phase_ != phase::live) out = patience_ends_;
    if (interval_.count() > 0) out = std::min(out, next_beat_);
    if (phase_ == phase::live && used_) {
        if (!wondered_) out = std::min(out, heard_at_ + silence_before_resume);
        out = std::min(out, heard_at_ + renew_after_);
    }
    return out;
}

gateway_steps gateway_protocol::addressed(std::string url, const session_limit& sessions, milliseconds now) {
    gateway_steps out;
    if (next_ != need::address) return out;
    if (std::exchange(renewing_, false) && session_ && sessions.remaining < sessions.total / 2) {
        resume_from(now);
        return out;
    }
    const auto usable = connect_url(url);
    if (!usable) {
        again("its answer names no address of a gateway", {}, now, out);
        return out;
    }
    forget_session(out);
    if (!may_begin(sessions)) {
        const auto wait = std::clamp<milliseconds>(sessions.reset_after, seconds{1}, longest_wait_for_sessions);
        not_before_ = now + wait + part_of(seconds{5}, chance_());
        tell_trouble said;
        said.sentence = "The bot may begin no more sessions for now (" + std::to_string(sessions.remaining) + " of " +
                        std::to_string(sessions.total) +
                        " are left): Discord would take its token away. It asks again in " +
                        std::to_string(wait.count() / 60'000 + 1) + " min. See what makes it begin so many.";
        out.emplace_back(std::move(said));
        return out;
    }
    url_ = *usable;
    next_ = need::connection;
    not_before_ = identified_at_ ? std::max(now, *identified_at_ + between_identifies) : now;
    return out;
}

gateway_steps gateway_protocol::no_address(std::string why, bool refused, milliseconds wait, milliseconds now) {
    gateway_steps out;
    if (next_ != need::address) return out;
    renewing_ = false;
    if (refused)
        give_up(4004, "The bot has stopped: " + why, out);
    else
        again(std::move(why), wait, now, out);
    return out;
}

std::uint64_t gateway_protocol::connected(milliseconds now) {
    next_ = need::nothing;
    phase_ = phase::greeting;
    patience_ends_ = now + patience_for_hello;
    interval_ = milliseconds{0};
    unanswered_ = false;
    if (session_) ++resumes_;
    return ++connection_;
}

gateway_steps gateway_protocol::not_connected(std::string why, milliseconds now) {
    gateway_steps out;
    if (session_) ++resumes_;
    again(std::move(why), {}, now, out);
    return out;
}

gateway_steps gateway_protocol::received(std::uint64_t connection, std::string_view text, milliseconds now) {
    gateway_steps out;
    if (connection != connection_ || phase_ == phase::none) return out;
    auto frame = read_frame(text);
    if (!frame) {
        end(session_stays, out);
        again("it sent what is no frame", {}, now, out);
        return out;
    }
    switch (static_cast<opcode>(frame->op)) {
        case opcode::dispatch:
            dispatched(*std::move(frame), now, out);
            break;
        case opcode::heartbeat: {
            // Beside the regular ones, whose answers are waited for.
            send_heartbeat at_once;
            if (session_) at_once.seq = session_->seq;
            out.emplace_back(at_once);
            break;
        }
        case opcode::reconnect:
            end(session_stays, out);
            again("it asks for another connection", {}, now, out);
            break;
        case opcode::invalid_session:
            refused(frame->d.is_boolean() && frame->d.get<bool>(), now, out);
            break;
        case opcode::hello:
            greeted(*frame, now, out);
            break;
        case opcode::heartbeat_ack:
            unanswered_ = false;
            if (phase_ == phase::live) failures_ = resumes_ = 0;
            break;
        default:
            break;  // Discord may say more than it has told us of
    }
    return out;
}

void gateway_protocol::greeted(const gateway_frame& hello, milliseconds now, gateway_steps& out) {
    if (phase_ != phase::greeting) return;
    const auto interval = hello.d.is_object() ? hello.d.find("heartbeat_interval") : hello.d.end();
    if (interval == hello.d.end() || !interval->is_number()) {
        end(session_stays, out);
        again("its first frame names no interval", {}, now, out);
        return;
    }
    const double wanted = interval->get<double>();
    interval_ = std::clamp(milliseconds{static_cast<milliseconds::rep>(std::clamp(wanted, 0.0, 1e9))},
                           shortest_interval, longest_interval);
    // Thousands of bots that were cut off at once must not come back in step.
    next_beat_ = now + part_of(interval_, chance_());
    patience_ends_ = now + patience_for_session;
    if (session_) {
        phase_ = phase::resuming;
        send_resume frame;
        frame.session = *session_;
        out.emplace_back(std::move(frame));
    } else {
        phase_ = phase::beginning;
        identified_at_ = now;
        out.emplace_back(send_identify{});
    }
}

void gateway_protocol::dispatched(gateway_frame frame, milliseconds now, gateway_steps& out) {
    if (phase_ == phase::beginning) {
        if (frame.t == "READY") begun(frame, now, out);
        return;
    }
    if (!session_ || phase_ == phase::greeting) return;
    if (frame.s) session_->seq = *frame.s;
    if (frame.t == "RESUMED") phase_ = phase::live;
    if (frame.t == "INTERACTION_CREATE") {
        used_ = true;
        wondered_ = false;
        heard_at_ = now;
        renew_after_ = silence_before_renewal;
        tell_interaction told;
        told.what = std::move(frame.d);
        out.emplace_back(std::move(told));
    }
    tell_session kept;
    kept.session = session_;
    out.emplace_back(std::move(kept));
}

void gateway_protocol::begun(const gateway_frame& ready, milliseconds now, gateway_steps& out) {
    gateway_session fresh;
    fresh.id = text_in(ready.d, "session_id");
    fresh.resume_url = text_in(ready.d, "resume_gateway_url");
    fresh.seq = ready.s.value_or(0);
    if (!connect_url(fresh.resume_url)) fresh.resume_url = url_;
    if (fresh.id.empty() || fresh.id.size() > longest_session_id) {
        end(session_ends, out);
        again("it names no session", {}, now, out);
        return;
    }
    phase_ = phase::live;
    session_ = std::move(fresh);
    heard_at_ = now;
    tell_session kept;
    kept.session = session_;
    out.emplace_back(std::move(kept));
    tell_ready told;
    const auto application = ready.d.find("application");
    told.application = application == ready.d.end() ? json::object() : *application;
    out.emplace_back(std::move(told));
}

void gateway_protocol::refused(bool resumable, milliseconds now, gateway_steps& out) {
    if (resumable && session_) {
        end(session_stays, out);
    } else {
        forget_session(out);
        end(session_ends, out);
    }
    again("it does not take the session", part_of(seconds{4}, chance_()) + seconds{1}, now, out);
}

gateway_steps gateway_protocol::lost(std::uint64_t connection, std::optional<std::uint16_t> code, milliseconds now) {
    gateway_steps out;
    if (connection != connection_ || phase_ == phase::none) return out;
    const close_meaning meaning = meaning_of(code);
    const std::string said = code ? "it closed the connection (" + std::to_string(*code) + ")" : "the connection broke";
    if (meaning.then == after_close::never) {
        give_up(*code, "The bot has stopped: Discord " + std::string(meaning.why), out);
        return out;
    }
    if (meaning.our_fault) {
        tell_trouble fault;
        fault.sentence = "Discord " + std::string(meaning.why) + " That is a fault of slipway's: please report it.";
        out.emplace_back(std::move(fault));
    }
    if (meaning.then == after_close::renew) forget_session(out);
    again(said, code == 4008 ? pause_when_flooding : milliseconds{0}, now, out);
    return out;
}

gateway_steps gateway_protocol::passed(std::uint64_t connection, milliseconds now) {
    gateway_steps out;
    if (connection != connection_ || phase_ == phase::none) return out;
    if (phase_ != phase::live && now >= patience_ends_) {
        // A session that is not even refused is not tried again.
        if (phase_ == phase::resuming) forget_session(out);
        end(session_stays, out);
        again("it did not answer in time", {}, now, out);
        return out;
    }
    if (phase_ == phase::live && used_) wonder(now, out);
    if (phase_ != phase::none && interval_.count() > 0 && now >= next_beat_) beat(now, out);
    return out;
}

void gateway_protocol::beat(milliseconds now, gateway_steps& out) {
    if (unanswered_) {
        end(session_stays, out);
        again("it did not answer a heartbeat", {}, now, out);
        return;
    }
    unanswered_ = true;
    next_beat_ = now + interval_;
    send_heartbeat regular;
    if (session_) regular.seq = session_->seq;
    out.emplace_back(regular);
}

void gateway_protocol::wonder(milliseconds now, gateway_steps& out) {
    if (now >= heard_at_ + renew_after_) {
        renew_after_ = std::min(renew_after_ * 2, longest_silence);
        heard_at_ = now;
        wondered_ = true;
        // The old session is kept until it is known that a new one may be begun.
        renewing_ = true;
        why_ = "it has been silent for very long";
        end(session_stays, out);
        next_ = need::address;
        not_before_ = now;
    } else if (!wondered_ && now >= heard_at_ + silence_before_resume) {
        wondered_ = true;
        end(session_stays, out);
        again("it has been silent for long", {}, now, out);
    }
}

gateway_steps gateway_protocol::stop() {
    gateway_steps out;
    if (phase_ != phase::none) end(session_stays, out);
    next_ = need::end;
    return out;
}

void gateway_protocol::end(std::uint16_t code, gateway_steps& out) {
    phase_ = phase::none;
    end_connection step;
    step.code = code;
    out.emplace_back(step);
}

void gateway_protocol::forget_session(gateway_steps& out) {
    resumes_ = 0;
    if (!std::exchange(session_, std::nullopt)) return;
    out.emplace_back(tell_session{});
}

void gateway_protocol::resume_from(milliseconds when) {
    next_ = need::connection;
    url_ = connect_url(session_->resume_url).value_or("");
    not_before_ = when;
}

void gateway_protocol::again(std::string why, milliseconds at_least, milliseconds now, gateway_steps& out) {
    phase_ = phase::none;
    why_ = why;
    ++failures_;
    if (failures_ == failures_worth_a_word) {
        tell_trouble said;
        said.sentence = "The bot has no connection to Discord: " + why + ". It keeps on trying.";
        out.emplace_back(std::move(said));
    }
    if (session_ && resumes_ >= most_resumes) forget_session(out);
    // The first time nearly at once, then 0.5 s, 1 s, 2 s and so on, a quarter more or less.
    milliseconds pause = part_of(pause_of_second_failure, chance_() / 2);
    if (failures_ > 1) {
        pause = std::min(pause_of_second_failure * (1 << std::min(failures_ - 2, 10)), longest_pause);
        pause = part_of(pause, 0.75 + chance_() / 2);
    }
    const auto when = now + std::max(at_least, pause);
    if (session_) {
        resume_from(when);
        return;
    }
    next_ = need::address;
    not_before_ = when;
}

void gateway_protocol::give_up(int code, std::string sentence, gateway_steps& out) {
    phase_ = phase::none;
    forget_session(out);
    next_ = need::end;
    tell_stopped last;
    last.code = code;
    last.sentence = std::move(sentence);
    out.emplace_back(std::move(last));
}

}  // namespace slipway::discord
