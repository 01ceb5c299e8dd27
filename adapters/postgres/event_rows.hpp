// The tables `events` and `streams` as values: what is read of them, by whoever has a transaction.
#pragma once

#include "adapters/postgres/arrays.hpp"
#include "adapters/postgres/pqxx_compat.hpp"
#include "engine/ports/event_log.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace slipway::postgres {

// The columns of `events` in the order that read_record takes them.
extern const char* const record_columns;
event_record read_record(const pqxx::row& row);
std::vector<event_record> read_records(const pqxx::result& rows);

// The columns of many events, one array for each, with a number of the caller's own before them.
class event_arrays {
public:
    void add(std::int64_t number, const event_record& r);
    parameters take() &&;
    static constexpr std::size_t columns = 12;

private:
    std::array<array_text, columns> arrays_;
};

std::int64_t number_in(const pqxx::field& of);
std::string text_in(const pqxx::field& of);
inline bool truth_in(const pqxx::field& of) { return !of.is_null() && *of.c_str() == 't'; }
std::string bounded(std::uint64_t value);  // PostgreSQL's numbers are signed: nothing is beyond the largest
inline const char* text_of(bool b) { return b ? "true" : "false"; }

std::vector<event_record> stream_records(pqxx::transaction_base& in, const stream_id& stream, std::uint64_t after);
std::vector<event_record> command_records(pqxx::transaction_base& in, const std::string& command_id);
std::vector<stream_head> stream_heads(pqxx::transaction_base& in, const head_filter& filter);
std::vector<stream_id> live_streams_with_key(pqxx::transaction_base& in, const std::string& provider,
                                             const std::string& key_fingerprint, const stream_id& except);

}  // namespace slipway::postgres
