// All records of a log in order of seq, page by page, also of a file with damaged places: what cannot be read is told,
// and the walk goes on behind it. The reader must outlive it.
#pragma once

#include "adapters/sqlite/reader.hpp"

#include <optional>
#include <string>
#include <vector>

namespace slipway::inspection {

struct unreadable {
    std::uint64_t from = 0, to = 0;  // seqs; the last may be a guess where nothing behind it can be read
    std::string why;
    std::string sentence() const;  // "the records from seq 5 to 7 cannot be read: …"
};

class log_walk {
public:
    explicit log_walk(sqlite::reader& log, std::uint64_t after_seq = 0) : log_(log), seq_(after_seq) {}
    log_walk(const log_walk&) = delete;
    log_walk& operator=(const log_walk&) = delete;

    // The next records; none at the end of the log. Asking again then finds what was appended meanwhile.
    std::vector<event_record> next();

    // What could not be read immediately before the records that next() has just returned.
    const std::optional<unreadable>& lost() const { return lost_; }

    std::uint64_t seq() const { return seq_; }  // of the last record that was returned or given up

private:
    std::vector<event_record> behind_damage(const std::string& why);

    sqlite::reader& log_;
    std::uint64_t seq_;
    std::optional<unreadable> lost_;

    static constexpr std::size_t largest_page = 1000;
    std::size_t page_ = 100;  // the first is short: whoever wants only the beginning gets it at once
};

}  // namespace slipway::inspection
