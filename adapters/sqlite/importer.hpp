// A new event log made of another's records: engine/ports/log_importer.hpp in one transaction of the one writer. Until it
// is committed the file is held as by any other writer; where the file was made for the import it goes away again.
#pragma once

#include "adapters/sqlite/writer.hpp"
#include "engine/ports/log_importer.hpp"

#include <memory>
#include <optional>

namespace slipway::sqlite {

class importer final : public log_importer {
public:
    // Errors as writer::open; `refused` where there are events or providers in the log.
    static result<std::unique_ptr<importer>> open(const writer_options& options);
    ~importer() override;
    importer(const importer&) = delete;
    importer& operator=(const importer&) = delete;

    std::string place() const override { return path_; }
    result<void> set_origin(const log_origin& origin) override;
    std::optional<not_taken> add(std::span<const event_record> batch) override;
    result<std::vector<event_record>> read_stream(const stream_id& stream) override;
    result<void> put_head(const stream_head& head) override;
    result<void> commit() override;

private:
    importer(writer into, std::string path, bool made);

    result<void> prepare();
    std::optional<error> insert(const event_record& record);

    std::optional<writer> writer_;
    std::string path_;
    bool made_;  // the file was not there before
    bool committed_ = false;
    connection* into_ = nullptr;
    std::uint64_t last_seq_ = 0;
    statement insert_, select_, put_head_;
};

}  // namespace slipway::sqlite
