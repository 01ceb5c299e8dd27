// Opens the store that a database URL names (database_url.hpp): the only place that knows which URL means which store.
// Programs and tools get ports from here and name no store themselves.
//
// Any thread; a call blocks until the store has answered, so it belongs to start-up or to a program that only looks.
// Errors: `refused` where another process writes, `unreachable` for what cannot be opened, `configuration` for a server that
// a person has to set right, each a sentence with the place.
#pragma once

#include "adapters/composition/database_url.hpp"
#include "engine/ports/documents.hpp"
#include "engine/ports/event_log.hpp"
#include "engine/ports/leases.hpp"
#include "engine/ports/log_importer.hpp"
#include "engine/ports/log_reader.hpp"
#include "engine/ports/news.hpp"
#include "engine/ports/outbox.hpp"
#include "engine/ports/registry.hpp"
#include "engine/ports/secret_store.hpp"

#include <chrono>
#include <memory>

namespace slipway::composition {

// Whether somebody has made it yet. Where that cannot be seen (another user's directory), it is not called missing: opening
// it says why.
bool store_exists(const location& place);

// For whoever only looks, beside whoever writes. A damaged store is refused, or shown as far as it can be read (then
// log_reader::cut_off() and integrity() say what is wrong).
enum class if_damaged { refuse, show };
result<std::unique_ptr<log_reader>> open_reader(const location& place, if_damaged what);

// A new store, or an empty one. `refused` where it is in use already.
result<std::unique_ptr<log_importer>> open_importer(const location& into);

// What a running engine works with. The log outlives the others.
struct store {
    std::unique_ptr<event_log> log;
    std::unique_ptr<slipway::registry> registry;
    std::unique_ptr<slipway::outbox> outbox;
    std::unique_ptr<secret_store> secrets;
    std::unique_ptr<slipway::documents> documents;
    // Null where the store has one writer, which is this process then.
    std::unique_ptr<slipway::leases> leases;
    std::unique_ptr<news_source> news;
};
// Makes it where there is none, and brings its schema up to date. `lease`: how long one lasts, where the store has any.
result<store> open_store(const location& place, std::chrono::seconds lease = std::chrono::seconds{30});
// What secret_store::reseal_all() does, beside whoever writes.
result<void> reseal_beside_writer(const location& place, const secret_store::reseal_function& reseal);
// To look only, beside whoever writes: what would write fails. Without a place there is no store: nothing is in it.
result<store> open_store_to_read(const location& place);

}  // namespace slipway::composition
