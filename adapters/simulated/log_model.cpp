#include "adapters/simulated/log_model.hpp"

#include "engine/machines/vm.hpp"

#include <algorithm>

namespace slipway::simulated {

append_result log_model::append(append_request request) {
    appended out;
    auto& of_stream = streams_[request.head.stream.text];
    const auto known = [&](const new_event& e) { return event_ids_.contains(e.event_id); };
    if (std::all_of(request.events.begin(), request.events.end(), known)) {
        for (std::size_t i = 0; i < request.events.size(); ++i)
            out.records.push_back(records_[of_stream.at(request.expected_version + i)]);
        out.repeated = true;
        return out;
    }
    if (request.epoch > 0 && epoch_of(request.head.stream) != request.epoch) {
        append_error e;
        e.failure = append_failure::fenced;
        e.message = "another engine works on it";
        return e;
    }
    if (of_stream.size() != request.expected_version) {
        append_error e;
        e.failure = append_failure::version_conflict;
        e.message = "version " + std::to_string(of_stream.size()) + " is there, not " +
                    std::to_string(request.expected_version);
        return e;
    }
    if (several_writers && is_taken(request)) {
        append_error e;
        e.failure = append_failure::taken;
        e.message = "the name or the command is taken";
        return e;
    }
    for (new_event& e : request.events) {
        event_record r;
        r.seq = records_.size() + 1;
        r.stream = request.head.stream;
        r.kind = request.head.kind;
        r.version = of_stream.size() + 1;
        r.type = std::move(e.type);
        r.schema_version = e.schema_version;
        r.event_id = std::move(e.event_id);
        r.at = e.at;
        r.actor = std::move(e.actor);
        r.command_id = std::move(e.command_id);
        r.data = std::move(e.data);
        if (!r.command_id.empty()) commands_[r.command_id].push_back(records_.size());
        of_stream.push_back(records_.size());
        event_ids_.insert(r.event_id);
        records_.push_back(r);
        out.records.push_back(std::move(r));
    }
    heads_[out.records.front().stream] = std::move(request.head);
    commits_.push_back(records_.size());
    client_request& by = request.request;
    if (!by.key.empty()) requests_.try_emplace(std::move(by.key), asked{std::move(by.digest), records_.size()});
    if (on_stored) on_stored(out.records);
    return out;
}

void log_model::copy(const log_model& other) {
    records_ = other.records_;
    commits_ = other.commits_;
    requests_ = other.requests_;
    restore(records_.size());
}

void log_model::restore(std::size_t records) {
    while (!commits_.empty() && commits_.back() > records) commits_.pop_back();
    records_.resize(commits_.empty() ? 0 : commits_.back());
    streams_.clear();
    commands_.clear();
    heads_.clear();
    event_ids_.clear();
    std::erase_if(requests_, [&](const auto& known) { return known.second.records > records_.size(); });
    for (std::size_t i = 0; i < records_.size(); ++i) {
        const event_record& r = records_[i];
        streams_[r.stream.text].push_back(i);
        if (!r.command_id.empty()) commands_[r.command_id].push_back(i);
        event_ids_.insert(r.event_id);
    }
    for (const auto& [stream, at] : streams_) {
        const stream_id id{stream};
        heads_[id] = head_of(*replay(read_stream(id, 0)), id);
    }
}

bool log_model::is_taken(const append_request& request) const {
    const std::string& command = request.events.front().command_id;
    if (!command.empty() && commands_.contains(command)) return true;
    if (request.expected_version > 0) return false;
    const stream_head& wanted = request.head;
    return std::any_of(heads_.begin(), heads_.end(), [&](const auto& entry) {
        const stream_head& h = entry.second;
        if (h.kind != wanted.kind || h.name != wanted.name) return false;
        return h.kind == "contract" || (!h.ended && h.provider == wanted.provider);
    });
}

std::vector<event_record> log_model::read_stream(const stream_id& stream, std::uint64_t after_version) const {
    std::vector<event_record> out;
    if (const auto it = streams_.find(stream.text); it != streams_.end())
        for (std::size_t i = after_version; i < it->second.size(); ++i) out.push_back(records_[it->second[i]]);
    return out;
}

std::vector<event_record> log_model::read_all(std::uint64_t after_seq, std::size_t limit) const {
    std::vector<event_record> out;
    for (std::size_t i = after_seq; i < records_.size() && out.size() < limit; ++i) out.push_back(records_[i]);
    return out;
}

std::vector<stream_head> log_model::heads(const head_filter& f) const {
    std::vector<stream_head> out;
    for (const auto& [id, h] : heads_) {
        if (f.kind && *f.kind != h.kind) continue;
        if (f.state && *f.state != h.state) continue;
        if (f.owner && *f.owner != h.owner) continue;
        if (f.name && *f.name != h.name) continue;
        if (f.provider && *f.provider != h.provider) continue;
        if (f.stream && *f.stream != id.text) continue;
        if (f.after && id.text <= *f.after) continue;
        if (f.unfinished_only && h.at_rest) continue;
        if (f.live_only && h.ended) continue;
        out.push_back(h);
        if (f.limit > 0 && out.size() == f.limit) break;
    }
    return out;
}

std::vector<stream_id> log_model::live_with_key(const std::string& provider, const std::string& key_fingerprint,
                                                const stream_id& except) const {
    std::vector<stream_id> out;
    for (const auto& [id, h] : heads_)
        if (!h.ended && h.provider == provider && h.key_fingerprint == key_fingerprint && id != except)
            out.push_back(id);
    return out;
}

std::vector<event_record> log_model::find_command(const std::string& command_id) const {
    std::vector<event_record> out;
    if (const auto it = commands_.find(command_id); it != commands_.end())
        for (const std::size_t i : it->second) out.push_back(records_[i]);
    return out;
}

std::optional<std::string> log_model::find_request(const std::string& key) const {
    const auto it = requests_.find(key);
    if (it == requests_.end()) return {};
    return it->second.digest;
}

}  // namespace slipway::simulated
