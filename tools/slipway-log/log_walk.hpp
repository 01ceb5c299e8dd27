// All records of a log in order of seq, also of a store with damaged places: what cannot be read is told, and the walk
// goes on behind it. The reader must outlive it.
#pragma once

#include "engine/ports/log_reader.hpp"

#include <functional>
#include <string>

namespace slipway::inspection {

struct unreadable {
    std::uint64_t from = 0, to = 0;  // seqs; the last may be a guess where nothing behind it can be read
    std::string why;
    std::string sentence() const;  // "the records from seq 5 to 7 cannot be read: …"
};

class log_walk {
public:
    explicit log_walk(log_reader& log, std::uint64_t after_seq = 0) : log_(log), seq_(after_seq) {}
    log_walk(const log_walk&) = delete;
    log_walk& operator=(const log_walk&) = delete;

    // Until the end of the log, or until `take` says false; asking again then finds what was appended meanwhile. `lost` is
    // told what could not be read, before the records behind it.
    using loser = std::function<void(const unreadable& what)>;
    void on(const log_reader::taker& take, const loser& lost);

private:
    bool behind_damage(const std::string& why, const loser& lost);

    log_reader& log_;
    std::uint64_t seq_;  // of the last record that was taken or given up
};

}  // namespace slipway::inspection
