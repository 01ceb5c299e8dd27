#include "adapters/composition/store.hpp"

#include "adapters/composition/no_store.hpp"
#include "adapters/postgres/document_rows.hpp"
#include "adapters/postgres/event_store.hpp"
#include "adapters/postgres/lease_table.hpp"
#include "adapters/postgres/log_filler.hpp"
#include "adapters/postgres/log_view.hpp"
#include "adapters/postgres/news_listener.hpp"
#include "adapters/postgres/outbox_rows.hpp"
#include "adapters/postgres/registry_rows.hpp"
#include "adapters/postgres/schema_steps.hpp"
#include "adapters/postgres/secret_rows.hpp"
#include "adapters/sqlite/documents_table.hpp"
#include "adapters/sqlite/importer.hpp"
#include "adapters/sqlite/log.hpp"
#include "adapters/sqlite/outbox_table.hpp"
#include "adapters/sqlite/reader.hpp"
#include "adapters/sqlite/registry_tables.hpp"
#include "adapters/sqlite/secrets_table.hpp"

#include <errno.h>

#include <filesystem>
#include <utility>

namespace slipway::composition {

namespace {

sqlite::writer_options writing(const location& place, std::string program) {
    sqlite::writer_options options;
    options.path = place.path;
    options.program = std::move(program);
    options.create_directory = place.by_default;
    return options;
}

// Parsed before, by locate().
postgres::server_address server_at(const location& place) { return postgres::server_address::parse(place.server).value(); }

store store_on(std::unique_ptr<postgres::event_store> log) {
    store opened;
    opened.registry = std::make_unique<postgres::registry>(*log);
    opened.outbox = std::make_unique<postgres::outbox>(*log);
    opened.secrets = std::make_unique<postgres::secret_rows>(*log);
    opened.documents = std::make_unique<postgres::documents>(*log);
    opened.log = std::move(log);
    return opened;
}

store store_on(std::unique_ptr<sqlite::log> log) {
    store opened;
    opened.registry = std::make_unique<sqlite::registry>(*log);
    opened.outbox = std::make_unique<sqlite::outbox>(*log);
    opened.secrets = std::make_unique<sqlite::secrets>(*log);
    opened.documents = std::make_unique<sqlite::documents>(*log);
    opened.log = std::move(log);
    return opened;
}

}  // namespace

bool store_exists(const location& place) {
    if (!place.server.empty()) return postgres::has_tables(server_at(place));
    std::error_code failed;
    return std::filesystem::exists(place.path, failed) || failed;
}

result<std::unique_ptr<log_reader>> open_reader(const location& place, if_damaged what) {
    if (!place.server.empty()) {
        auto opened = postgres::log_view::open(server_at(place));
        if (!opened) return opened.error();
        return std::unique_ptr<log_reader>(*std::move(opened));
    }
    using damage = sqlite::reader::damage;
    auto opened = sqlite::reader::open(place.path, what == if_damaged::show ? damage::shown : damage::refused);
    if (!opened) return opened.error();
    return std::unique_ptr<log_reader>(std::make_unique<sqlite::reader>(*std::move(opened)));
}

result<std::unique_ptr<log_importer>> open_importer(const location& into) {
    if (!into.server.empty()) {
        auto opened = postgres::log_filler::open(server_at(into));
        if (!opened) return opened.error();
        return std::unique_ptr<log_importer>(*std::move(opened));
    }
    auto opened = sqlite::importer::open(writing(into, "slipway-log import"));
    if (!opened) return opened.error();
    return std::unique_ptr<log_importer>(*std::move(opened));
}

result<store> open_store(const location& place, std::chrono::seconds lease) {
    if (!place.server.empty()) {
        auto log = postgres::event_store::open(server_at(place), postgres::event_store::mode::work);
        if (!log) return log.error();
        postgres::event_store& in = **log;
        store opened = store_on(*std::move(log));
        opened.leases = std::make_unique<postgres::lease_table>(in, lease);
        opened.news = std::make_unique<postgres::news_listener>(server_at(place), in.process(), in.known());
        return opened;
    }
    // Whoever comes second is told whether it is a daemon that can be talked to.
    auto log = sqlite::log::open(writing(place, program_invocation_short_name));
    if (!log) return log.error();
    return store_on(*std::move(log));
}

result<void> reseal_beside_writer(const location& place, const secret_store::reseal_function& reseal) {
    if (!place.server.empty()) return postgres::reseal_beside(server_at(place), reseal);
    return sqlite::reseal_beside_writer(place.path, reseal);
}

result<store> open_store_to_read(const location& place) {
    if (!place.server.empty()) {
        auto log = postgres::event_store::open(server_at(place), postgres::event_store::mode::look);
        if (!log) return log.error();
        return store_on(*std::move(log));
    }
    if (place.path.empty()) return no_store();
    auto log = sqlite::log::open_to_read(place.path);
    if (!log) return log.error();
    return store_on(*std::move(log));
}

}  // namespace slipway::composition
