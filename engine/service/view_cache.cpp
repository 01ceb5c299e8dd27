#include "engine/service/view_cache.hpp"

#include "engine/model/codec.hpp"
#include "engine/service/failures.hpp"

#include <utility>

namespace slipway::service {

namespace {

void take_note(stream_view& view, const event_record& record) {
    view.changed_at = record.at;
    if (record.type == terminated::name) view.terminated_at = record.at;
}

// What a state takes beyond its texts' lengths does not differ much.
std::size_t size_of(const stream_view& view) {
    const spine& d = view.state.data;
    std::size_t bytes = 3000 + d.spec.recipe.size();
    if (d.recipe) bytes += d.recipe->output_tail.size();
    if (d.failure) bytes += d.failure->message.size() + d.failure->output.size();
    return bytes;
}

}  // namespace

answering<stream_view> view_cache::find(stream_id stream, std::uint64_t version) {
    stream_view view;
    view.stream = stream;
    if (const auto it = by_stream_.find(stream.text); it != by_stream_.end()) {
        entries_.splice(entries_.begin(), entries_, it->second);
        view = it->second->view;
    }
    const std::uint64_t known = view.state.version;
    if (known > 0 && known >= version) co_return view;
    auto records = co_await log_.read_stream(stream, known);
    if (!records) co_return failure_of(records.error());
    records_read_ += records->size();
    if (known == 0 && records->empty())
        co_return failure_of(error_kind::not_found, "there is no stream " + stream.text);
    if (known == 0) {
        auto state = replay(*records);
        if (!state) co_return failure_of(state.error());
        view.state = *std::move(state);
        view.created_at = records->front().at;
    } else {
        for (const event_record& record : *records) {
            const auto event = decode(record.type, record.schema_version, record.data);
            if (!event) co_return failure_of(event.error());
            if (auto legal = evolve(view.state, *event); !legal) co_return failure_of(legal.error());
        }
    }
    for (const event_record& record : *records) take_note(view, record);
    keep(view);
    co_return view;
}

void view_cache::appended(const vm_state& state, const std::vector<event_record>& records) {
    if (records.empty() || records.front().version != 1) return;
    stream_view view;
    view.stream = records.front().stream;
    view.state = state;
    view.created_at = records.front().at;
    for (const event_record& record : records) take_note(view, record);
    keep(std::move(view));
}

void view_cache::keep(stream_view view) {
    if (const auto it = by_stream_.find(view.stream.text); it != by_stream_.end()) {
        if (it->second->view.state.version > view.state.version) return;
        drop(it->second);
    }
    const std::size_t bytes = size_of(view);
    const std::string id = view.stream.text;
    entries_.push_front(entry{std::move(view), bytes});
    by_stream_[id] = entries_.begin();
    bytes_ += bytes;
    while (bytes_ > most_bytes_ && entries_.size() > 1) drop(std::prev(entries_.end()));
}

void view_cache::drop(entries::iterator it) {
    bytes_ -= it->bytes;
    by_stream_.erase(it->view.stream.text);
    entries_.erase(it);
}

}  // namespace slipway::service
