// The event log, the outbox and the registry in memory, for what follows them. They can be told to fail.
#pragma once

#include "engine/base/secret.hpp"
#include "engine/machines/vm.hpp"
#include "engine/model/codec.hpp"
#include "engine/ports/event_log.hpp"
#include "engine/ports/outbox.hpp"
#include "engine/ports/registry.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace slipway::test {

using boost::asio::awaitable;

inline error broken_store() {
    return make_error(error_kind::storage, "the disk is full.");
}

class memory_log final : public event_log {
public:
    // Appends one event to a stream of this kind.
    const event_record& add(const std::string& stream, const std::string& kind, const event& e, timestamp at) {
        event_record r;
        r.seq = records.size() + 1;
        r.stream.text = stream;
        r.kind = kind;
        r.version = ++versions_[stream];
        r.type = type_of(e);
        r.schema_version = version_of(e);
        r.event_id =
            "0193c0de-0000-7000-8000-" + std::string(12 - std::to_string(r.seq).size(), '0') + std::to_string(r.seq);
        r.at = at;
        r.data = encode(e);
        records.push_back(r);
        return records.back();
    }

    std::vector<event_record> stream(const std::string& id) const {
        std::vector<event_record> out;
        for (const auto& r : records)
            if (r.stream.text == id) out.push_back(r);
        return out;
    }

    std::string install_id() const override { return "test"; }
    awaitable<append_result> append(append_request) override { throw std::logic_error("not used"); }
    awaitable<result<std::vector<event_record>>> read_stream(stream_id id, std::uint64_t after) override {
        if (broken) co_return broken_store();
        auto out = stream(id.text);
        std::erase_if(out, [&](const event_record& r) { return r.version <= after; });
        co_return out;
    }
    awaitable<result<std::vector<event_record>>> read_all(std::uint64_t after, std::size_t limit) override {
        ++reads;
        if (broken) co_return broken_store();
        std::vector<event_record> out;
        for (const auto& r : records)
            if (r.seq > after && out.size() < limit) out.push_back(r);
        co_return out;
    }
    awaitable<result<std::vector<stream_head>>> heads(head_filter) override { throw std::logic_error("not used"); }
    awaitable<result<std::vector<stream_id>>> live_with_key(std::string, std::string, stream_id) override {
        throw std::logic_error("not used");
    }
    awaitable<result<std::vector<event_record>>> find_command(std::string) override {
        throw std::logic_error("not used");
    }
    awaitable<result<std::optional<std::string>>> find_request(std::string) override {
        throw std::logic_error("not used");
    }

    std::vector<event_record> records;
    bool broken = false;
    int reads = 0;

private:
    std::map<std::string, std::uint64_t> versions_;
};

class memory_outbox final : public outbox {
public:
    struct entry {
        outgoing message;
        std::string note;  // not empty: done
    };

    awaitable<result<std::uint64_t>> read_up_to() override {
        if (broken) co_return broken_store();
        co_return position;
    }
    awaitable<result<void>> add(std::vector<outgoing> messages, std::optional<std::uint64_t> up_to) override {
        if (broken) co_return broken_store();
        ++writes;
        for (const auto& m : messages)
            if (!find(m.event_id, m.channel)) entries.push_back(entry{m, {}});
        if (up_to) position = *up_to;
        co_return result<void>{};
    }
    awaitable<result<std::vector<outgoing>>> pending(std::size_t limit) override {
        if (broken) co_return broken_store();
        auto out = not_done();
        if (out.size() > limit) out.resize(limit);
        co_return out;
    }
    awaitable<result<std::size_t>> waiting() override {
        if (broken) co_return broken_store();
        co_return not_done().size();
    }
    awaitable<result<void>> done(outgoing message, std::string note) override {
        if (broken) co_return broken_store();
        find(message.event_id, message.channel)->note = std::move(note);
        co_return result<void>{};
    }
    awaitable<result<void>> postpone(outgoing message) override {
        if (broken) co_return broken_store();
        entry* known = find(message.event_id, message.channel);
        known->message.attempts = message.attempts;
        known->message.due_at = message.due_at;
        co_return result<void>{};
    }

    std::vector<outgoing> not_done() const {
        std::vector<outgoing> out;
        for (const auto& e : entries)
            if (e.note.empty()) out.push_back(e.message);
        std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.due_at < b.due_at; });
        return out;
    }
    entry* find(const std::string& event_id, const std::string& channel) {
        for (auto& e : entries)
            if (e.message.event_id == event_id && e.message.channel == channel) return &e;
        return nullptr;
    }

    std::vector<entry> entries;
    std::uint64_t position = 0;
    int writes = 0;
    bool broken = false;
};

class memory_registry final : public registry {
public:
    awaitable<result<std::vector<provider_record>>> providers() override { throw std::logic_error("not used"); }
    awaitable<result<std::optional<provider_record>>> provider(std::string id) override {
        if (broken) co_return broken_store();
        const auto found = known.find(id);
        std::optional<provider_record> out;
        if (found != known.end()) out = found->second;
        co_return out;
    }
    awaitable<result<void>> put_provider(provider_record) override { throw std::logic_error("not used"); }
    awaitable<result<void>> note_token(provider_record) override { throw std::logic_error("not used"); }
    awaitable<result<std::vector<offering_record>>> offerings() override { throw std::logic_error("not used"); }
    awaitable<result<std::optional<offering_record>>> offering(std::string) override {
        throw std::logic_error("not used");
    }
    awaitable<result<void>> put_offering(offering_record) override { throw std::logic_error("not used"); }
    awaitable<result<user_defaults>> defaults(std::string) override { throw std::logic_error("not used"); }
    awaitable<result<void>> put_defaults(user_defaults) override { throw std::logic_error("not used"); }

    std::map<std::string, provider_record> known;
    bool broken = false;
};

// For notify::parts: nobody knows what a server costs.
inline awaitable<std::string> price_of_nothing(std::string, std::string, std::string) {
    co_return std::string();
}

// Likewise: nobody's address is a secret.
inline awaitable<result<std::optional<secret>>> no_secret_address(std::string, std::string) {
    co_return std::optional<secret>();
}

}  // namespace slipway::test
