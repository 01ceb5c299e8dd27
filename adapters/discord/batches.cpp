#include "adapters/discord/batches.hpp"

#include "adapters/discord/guarded.hpp"
#include "adapters/discord/inbox.hpp"
#include "adapters/discord/chat_text.hpp"
#include "adapters/discord/own_vms.hpp"
#include "engine/base/digest.hpp"
#include "engine/base/hex.hpp"
#include "engine/model/codec.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace slipway::discord {

using boost::asio::awaitable;
using nlohmann::json;
using service::answering;
using service::stream_view;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds question_life = std::chrono::minutes{14};
constexpr milliseconds between_edits{1500};
constexpr milliseconds longest_look{10'000};  // for what other processes write
constexpr milliseconds patience_with_hetzner = std::chrono::minutes{5};
constexpr milliseconds first_batch_pause{1000}, longest_batch_pause{30'000};

bool is_ordered(const batch::vm& vm) { return vm.ordered || !vm.refused.empty(); }

// Out of reach for a while. (What the store has failed at may be done: that is asked until it is known.)
bool gives_up(const service::failure& why, bool in_time) {
    if (why.kind == error_kind::storage) return false;
    return why.kind != error_kind::unreachable || !in_time;
}

}  // namespace

batches::batches(const bot::parts& with, rest& api, task_group& tasks, int quota)
    : with_(with), tasks_(tasks), quota_(quota), message_(api, with.seals, with.clock), one_orders_(with.executor) {}

awaitable<result<void>> batches::resume(std::set<std::string> answered) {
    auto kept = co_await with_.kept.all(batch_kind);
    if (!kept) co_return kept.error();
    for (const document& one : *kept) {
        auto read = batch_of(one.body);
        if (!read) {
            complain("Discord: " + read.error().message + " (" + one.id + "); it is left alone. VMs that it made are in /list");
            continue;
        }
        const entry_ptr found = enter(*std::move(read));
        if (found->b.stage == batch_stage::ordered)
            begin(carry_out(found));
        else if (answered.contains(found->b.id))
            found->taken = true;  // until it is known whether that was acknowledged
        else
            begin(expire(found));
    }
    co_return result<void>{};
}

awaitable<result<bool>> batches::ask(batch b) {
    const entry_ptr before = find(b.id);
    if (before && (before->taken || before->b.stage != batch_stage::asked)) co_return false;
    document kept;
    kept.kind = batch_kind;
    kept.id = b.id;
    kept.body = to_text(b);
    auto stored = co_await with_.kept.put(std::move(kept));
    if (!stored) co_return stored.error();
    if (before)
        before->b = std::move(b);
    else
        begin(expire(enter(std::move(b))));
    co_return true;
}

void batches::asked_too_late(const std::string& id) {
    const entry_ptr one = find(id);
    if (!one || one->b.stage == batch_stage::asked) return;
    one->shown.clear();
    one->changed = true;
    one->news.notify_all();
}

batches::entry_ptr batches::enter(batch b) {
    const auto one = std::make_shared<entry>(std::move(b));
    entries_[one->b.id] = one;
    for (const batch::vm& vm : one->b.vms)
        if (!vm.stream.empty()) by_stream_[vm.stream].insert(one->b.id);
    return one;
}

// A bug in one must not end the others, nor the daemon.
void batches::begin(awaitable<void> work) { tasks_.spawn(guarded(std::move(work), [this](const std::string& sentence) { complain(sentence); })); }

batches::entry_ptr batches::find(const std::string& id) const {
    const auto it = entries_.find(id);
    return it == entries_.end() ? nullptr : it->second;
}

std::string batches::take(const std::string& id, const person& by) {
    const entry_ptr one = find(id);
    if (!one || one->taken || one->b.stage != batch_stage::asked)
        return "This was answered already, or it is too old. Nothing was changed; ask again with the command.";
    if (one->b.user.id != by.id) return "Only the person who asked can answer this.";
    one->taken = true;
    return {};
}

void batches::give_back(const std::string& id) {
    const entry_ptr one = find(id);
    if (!one || one->b.stage != batch_stage::asked) return;
    one->taken = false;
    begin(expire(one));
}

json batches::acknowledgement(const std::string& id, bool yes) const {
    const entry_ptr one = find(id);
    if (!one) return text_card("…");
    if (!yes) return text_card(one->b.work == batch_work::create ? "Nothing was ordered." : "Nothing was deleted.");
    const std::vector<vm_now> nothing(one->b.vms.size());
    return progress_card(one->b, nothing);
}

awaitable<void> batches::answer(std::string id, bool yes, interaction by, timestamp received) {
    const entry_ptr one = find(id);
    if (!one || one->b.stage != batch_stage::asked) co_return;
    one->taken = true;
    if (!yes) {
        co_await forget(one);
        co_return;
    }
    shown_at& where = one->b.where;
    where.token_of = by.id;
    where.sealed_token = with_.seals.seal(by.token, token_purpose(by.id));
    where.token_since = received;
    const auto alone = co_await one_orders_.lock();
    if (one->b.work == batch_work::create) {
        const auto live = co_await vms_of(one->b.user);
        const int wanted = static_cast<int>(one->b.vms.size());
        std::string refused;
        if (!live)
            refused = "Nothing was ordered: how many VMs you have cannot be read at the moment. Ask again later.";
        else if (*live + wanted > quota_)
            refused = "Nothing was ordered: you have " + std::to_string(*live) + " VMs, and may have " +
                      std::to_string(quota_) + ". Delete one with /delete first.";
        if (!refused.empty()) {
            auto card = text_card(refused);
            co_await show(one, card, card);
            co_await forget(one);
            co_return;
        }
    }
    one->b.stage = batch_stage::ordered;
    co_await keep(one);
    begin(carry_out(one));
}

void batches::appended(const std::vector<event_record>& records) {
    for (const event_record& record : records) {
        const auto it = by_stream_.find(record.stream.text);
        if (it == by_stream_.end()) continue;
        for (const std::string& id : it->second)
            if (const entry_ptr one = find(id)) {
                one->changed = true;
                one->news.notify_all();
            }
    }
}

answering<int> batches::vms_of(person who) {
    // Before the others are looked for: one that is ordered meanwhile counts twice rather than not at all.
    int all = 0;
    for (const auto& [id, one] : entries_) {
        if (one->b.user.id != who.id || one->b.work != batch_work::create || one->b.stage != batch_stage::ordered) continue;
        for (const batch::vm& vm : one->b.vms) all += !is_ordered(vm);
    }
    auto live = co_await live_vms(with_.service, who, false);
    if (!live) co_return live.error();
    co_return all + static_cast<int>(live->size());
}

awaitable<void> batches::expire(entry_ptr one) {
    const auto left = std::clamp(one->b.asked_at + question_life - with_.clock.now(), milliseconds{0}, question_life);
    co_await with_.clock.sleep(left);
    if (one->taken || one->b.stage != batch_stage::asked) co_return;
    one->taken = true;
    // Long after, it is not worth a message of its own.
    if (with_.clock.now() - one->b.asked_at < std::chrono::minutes{15}) {
        auto card = text_card("Nobody has answered in time: nothing was changed. Ask again with the command.");
        co_await show(one, card, card);
    }
    co_await forget(one);
}

awaitable<void> batches::carry_out(entry_ptr one) {
    using namespace boost::asio::experimental::awaitable_operators;
    auto ordering = order(one);
    auto showing = show_until_settled(one);
    co_await (std::move(ordering) && std::move(showing));
    co_await forget(one);
}

awaitable<void> batches::order(entry_ptr one) {
    const auto give_up = with_.clock.steady() + patience_with_hetzner;
    for (std::size_t i = 0; i < one->b.vms.size(); ++i) {
        if (is_ordered(one->b.vms[i])) continue;
        co_await order_one(one, i, give_up);
        co_await keep(one);
    }
}

// What cannot be had just now is tried again for as long as somebody may be watching.
awaitable<void> batches::order_one(entry_ptr one, std::size_t index, milliseconds give_up) {
    for (milliseconds pause = first_batch_pause;; pause = std::min(pause * 2, longest_batch_pause)) {
        auto done = co_await ask_service(one, index);
        batch::vm& vm = one->b.vms[index];
        if (done) {
            vm.ordered = true;
            vm.stream = done->stream.text;
            by_stream_[vm.stream].insert(one->b.id);
        } else if (gives_up(done.error(), with_.clock.steady() < give_up)) {
            vm.refused = words_of(done.error());
        } else {
            co_await with_.clock.sleep(pause);
            continue;
        }
        one->changed = true;
        one->news.notify_all();
        co_return;
    }
}

answering<stream_view> batches::ask_service(entry_ptr one, std::size_t index) {
    const batch& b = one->b;
    service::origin from = origin_of(b.user);
    if (b.work == batch_work::remove) {
        auto now = co_await with_.service.find(std::string(vm_kind), b.vms[index].stream, from);
        // Asked for before, by an earlier process or by somebody else.
        if (!now || now->state.in("terminating") || now->state.in("terminated") || now->state.in("cleaning_up")) co_return now;
        auto ended = co_await with_.service.end_vm(b.vms[index].stream, from);
        co_return ended;
    }
    service::vm_input input;
    input.name = b.vms[index].name;
    input.server_types = b.server_types;
    input.locations.push_back(b.location);
    input.image = b.image;
    input.app = b.app;
    input.network = b.network.value_or(0);
    input.firewalls = b.firewalls;
    input.ssh_key_id = b.ssh_key;
    input.labels["discord-user"] = b.user.id;
    from.idempotency_key = "discord-" + b.id + "-" + std::to_string(index);
    from.request_digest = hex(sha256("discord batch ", b.id));
    auto ordered = co_await with_.service.request_vms(std::move(input), std::move(from));
    if (!ordered) co_return ordered.error();
    co_return std::move(ordered->front());
}

awaitable<std::vector<vm_now>> batches::look(entry_ptr one) {
    std::vector<vm_now> all;
    const service::origin from = origin_of(one->b.user);
    for (const batch::vm& vm : one->b.vms) {
        vm_now now;
        const std::string stream = vm.stream;
        if (!stream.empty()) {
            auto view = co_await with_.service.find(std::string(vm_kind), stream, from);
            if (view) now.view = *std::move(view);
        }
        if (now.view && now.view->state.data.retry_at) {
            service::events_query query;
            query.stream = stream;
            query.limit = whole_stream;
            const auto records = co_await with_.service.events(std::move(query), from);
            if (records)
                for (const event_record& record : *records) {
                    const auto e = decode(record.type, record.schema_version, record.data);
                    if (const auto* why = e ? std::get_if<step_failed>(&*e) : nullptr) now.trouble = why->message;
                }
        }
        all.push_back(std::move(now));
    }
    co_return all;
}

awaitable<void> batches::show_until_settled(entry_ptr one) {
    for (milliseconds pause = first_batch_pause;;) {
        one->changed = false;
        const auto vms = co_await look(one);
        bool settled = true;
        for (std::size_t i = 0; settled && i < vms.size(); ++i) settled = is_settled(one->b.work, one->b.vms[i], vms[i]);
        json body = progress_card(one->b, vms);
        json notice = progress_notice(one->b, vms);
        std::string text = body.dump();
        if (text != one->shown) {
            shown done = co_await show(one, std::move(body), notice);
            // What Discord does not take may be in what is shown; how it ended is worth a second try.
            if (done == shown::nowhere && settled) done = co_await show(one, notice, notice);
            if (done == shown::later) {
                co_await with_.clock.sleep(pause);
                pause = std::min(pause * 2, longest_batch_pause);
                continue;
            }
            pause = first_batch_pause;
            one->shown = std::move(text);
            if (done == shown::nowhere && settled)
                complain("Discord: user " + one->b.user.id + " could not be told how a command has ended");
        }
        if (settled && !one->changed) co_return;
        co_await with_.clock.sleep(between_edits);
        co_await changed_or_after(one, longest_look);
    }
}

awaitable<void> batches::changed_or_after(entry_ptr one, milliseconds longest) {
    using namespace boost::asio::experimental::awaitable_operators;
    if (one->changed) co_return;
    auto news = one->news.wait();
    auto time = with_.clock.sleep(longest);
    co_await (std::move(news) || std::move(time));
}

awaitable<shown> batches::show(entry_ptr one, json body, json for_others) {
    const shown_at before = one->b.where;
    const shown done = co_await message_.show(one->b.where, one->b.user.id, one->b.id, std::move(body), std::move(for_others));
    if (!(one->b.where == before)) co_await keep(one);
    co_return done;
}

// Until it is kept: what happens next may be done only once.
awaitable<void> batches::keep(entry_ptr one) {
    bool said = false;
    for (milliseconds pause = first_batch_pause;; pause = std::min(pause * 2, longest_batch_pause)) {
        document kept;
        kept.kind = batch_kind;
        kept.id = one->b.id;
        kept.body = to_text(one->b);
        const auto stored = co_await with_.kept.put(std::move(kept));
        if (stored) co_return;
        if (!said) complain("Discord: what goes on cannot be written down, and is tried again: " + stored.error().message);
        said = true;
        co_await with_.clock.sleep(pause);
    }
}

awaitable<void> batches::forget(entry_ptr one) {
    for (const batch::vm& vm : one->b.vms)
        if (const auto it = by_stream_.find(vm.stream); it != by_stream_.end()) {
            it->second.erase(one->b.id);
            if (it->second.empty()) by_stream_.erase(it);
        }
    entries_.erase(one->b.id);
    const auto removed = co_await with_.kept.remove(batch_kind, one->b.id);
    if (!removed) complain("Discord: a command that is done cannot be crossed out: " + removed.error().message);
}

}  // namespace slipway::discord
