#include "tests/adapters/postgres/stores.hpp"

#include "adapters/postgres/document_rows.hpp"
#include "adapters/postgres/event_store.hpp"
#include "adapters/postgres/lease_table.hpp"
#include "adapters/postgres/outbox_rows.hpp"
#include "adapters/postgres/pqxx_compat.hpp"
#include "adapters/postgres/registry_rows.hpp"
#include "adapters/postgres/secret_rows.hpp"
#include "adapters/simulated/registry_model.hpp"
#include "adapters/sqlite/documents_table.hpp"
#include "adapters/sqlite/log.hpp"
#include "adapters/sqlite/outbox_table.hpp"
#include "adapters/sqlite/registry_tables.hpp"
#include "adapters/sqlite/secrets_table.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace slipway::test {

using boost::asio::awaitable;

namespace {

std::string server_url() {
    const char* url = std::getenv("SLIPWAY_TEST_POSTGRES");
    if (url == nullptr) throw std::runtime_error("SLIPWAY_TEST_POSTGRES is not set: run this through postgres_server.py");
    return url;
}

void run_on(const std::string& url, const std::string& sql) {
    pqxx::connection on(url);
    pqxx::nontransaction in(on);
    in.exec(sql);
}

template <class T, class E>
awaitable<boost::system::result<T, E>> at_once(boost::system::result<T, E> value) {
    co_return value;
}

}  // namespace

std::vector<event_record> first_records(event_log& log, std::size_t count) {
    std::vector<event_record> all;
    while (all.size() < count) {
        const auto page = wait_for(log.read_all(all.empty() ? 0 : all.back().seq, count - all.size())).value();
        if (page.empty()) break;
        all.insert(all.end(), page.begin(), page.end());
    }
    return all;
}

own_database::own_database() {
    static std::atomic<int> count = 0;
    name_ = "test_" + std::to_string(++count);
    run_on(server_url(), "DROP DATABASE IF EXISTS " + name_);
    run_on(server_url(), "CREATE DATABASE " + name_);
    url_ = server_url().substr(0, server_url().rfind('/') + 1) + name_;
}

own_database::~own_database() {
    try {
        run_on(server_url(), "DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
    } catch (const std::exception&) {
        // the server goes away with the tests
    }
}

void own_database::run(const std::string& sql) const { run_on(url_, sql); }

std::string own_database::transactions() const {
    pqxx::connection on(url_);
    pqxx::nontransaction in(on);
    const auto counts = in.exec("SELECT xact_commit || ' committed, ' || xact_rollback || ' rolled back' "
                                "FROM pg_stat_database WHERE datname = current_database()");
    return counts[0][0].c_str();
}

struct store_under_test::simulated_world {
    simulated_world() {
        log.several_writers = true;
        log.epoch_of = [this](const stream_id& stream) { return leases.epoch(stream.text); };
    }
    simulated::log_model log;
    simulated::lease_model leases;
    std::int64_t now = 1;
    int holders = 0;
};

namespace {

// The models answer at once: what the ports add to them is faults.
class model_log final : public event_log {
public:
    explicit model_log(std::shared_ptr<simulated::log_model> model) : model_(std::move(model)) {}
    std::string install_id() const override { return "simulation"; }
    awaitable<append_result> append(append_request request) override { return at_once(model_->append(std::move(request))); }
    awaitable<result<std::vector<event_record>>> read_stream(stream_id stream, std::uint64_t after) override {
        return at_once(result<std::vector<event_record>>(model_->read_stream(stream, after)));
    }
    awaitable<result<std::vector<event_record>>> read_all(std::uint64_t after, std::size_t limit) override {
        return at_once(result<std::vector<event_record>>(model_->read_all(after, limit)));
    }
    awaitable<result<std::vector<stream_head>>> heads(head_filter filter) override {
        return at_once(result<std::vector<stream_head>>(model_->heads(filter)));
    }
    awaitable<result<std::vector<stream_id>>> live_with_key(std::string provider, std::string key,
                                                            stream_id except) override {
        return at_once(result<std::vector<stream_id>>(model_->live_with_key(provider, key, except)));
    }
    awaitable<result<std::vector<event_record>>> find_command(std::string id) override {
        return at_once(result<std::vector<event_record>>(model_->find_command(id)));
    }
    awaitable<result<std::optional<std::string>>> find_request(std::string key) override {
        return at_once(result<std::optional<std::string>>(model_->find_request(key)));
    }

private:
    std::shared_ptr<simulated::log_model> model_;
};

class model_leases final : public leases {
public:
    model_leases(std::shared_ptr<simulated::lease_model> model, std::shared_ptr<simulated::log_model> log,
                 std::shared_ptr<std::int64_t> now, std::string holder)
        : model_(std::move(model)), log_(std::move(log)), now_(std::move(now)), holder_(std::move(holder)) {}
    std::chrono::milliseconds duration() const override { return simulated::lease_model::duration; }
    awaitable<result<std::optional<lease>>> claim(std::string name) override {
        return at_once(result<std::optional<lease>>(model_->claim(name, holder_, *now_)));
    }
    awaitable<result<std::vector<lease>>> claim_unheld(std::size_t at_most, left_alone others) override {
        std::vector<lease> taken;
        for (const auto& [stream, head] : log_->all_heads()) {
            const bool mends = !head.ended && (head.state == "failed" || head.state == "termination_failed");
            if (taken.size() == at_most || (head.at_rest && !mends) || model_->is_held(stream.text, *now_)) continue;
            const auto& but_in = others.but_in;
            if (head.kind == others.kind && std::find(but_in.begin(), but_in.end(), head.state) == but_in.end()) continue;
            taken.push_back(*model_->claim(stream.text, holder_, *now_));
        }
        return at_once(result<std::vector<lease>>(std::move(taken)));
    }
    awaitable<result<std::vector<renewed_lease>>> renew(std::vector<lease> held) override {
        std::vector<renewed_lease> still;
        for (const lease& l : held) {
            if (!model_->renew(l, holder_, *now_)) continue;
            const auto head = log_->all_heads().find(stream_id{l.name});
            still.push_back({l.name, head == log_->all_heads().end() ? 0 : head->second.version});
        }
        return at_once(result<std::vector<renewed_lease>>(std::move(still)));
    }
    awaitable<result<void>> release(std::vector<lease> held) override {
        for (const lease& l : held) model_->release(l, holder_);
        return at_once(result<void>());
    }

private:
    std::shared_ptr<simulated::lease_model> model_;
    std::shared_ptr<simulated::log_model> log_;
    std::shared_ptr<std::int64_t> now_;
    std::string holder_;
};

template <class T, class Owner>
std::shared_ptr<T> part_of(const std::shared_ptr<Owner>& owner, T& part) {
    return std::shared_ptr<T>(owner, &part);
}

}  // namespace

store_under_test::store_under_test(store_kind which) : kind(which) {
    if (kind == store_kind::postgres) database_ = std::make_unique<own_database>();
    if (kind == store_kind::simulated) world_ = std::make_shared<simulated_world>();
    if (kind == store_kind::sqlite) {
        // What this test asks is not whether a disk keeps what it was given.
        const char* fast = std::filesystem::is_directory("/dev/shm") ? "/dev/shm" : "/tmp";
        directory_ = std::string(fast) + "/slipway-stores-XXXXXX";
        if (mkdtemp(directory_.data()) == nullptr) throw std::runtime_error("no temporary directory");
    }
}

store_under_test::~store_under_test() {
    std::error_code ignored;
    if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
}

opened_store store_under_test::open() {
    opened_store out;
    if (kind == store_kind::postgres) {
        auto log = postgres::event_store::open(database_->address(), postgres::event_store::mode::work).value();
        out.registry = std::make_unique<postgres::registry>(*log);
        out.outbox = std::make_unique<postgres::outbox>(*log);
        out.secrets = std::make_unique<postgres::secret_rows>(*log);
        out.documents = std::make_unique<postgres::documents>(*log);
        // They run out where a test lets them, not where the machine is slow.
        out.leases = std::make_unique<postgres::lease_table>(*log, std::chrono::hours{24});
        out.log = std::move(log);
    } else if (kind == store_kind::sqlite) {
        auto log = sqlite::log::open({directory_ + "/s.db", "slipway-test", false}).value();
        out.registry = std::make_unique<sqlite::registry>(*log);
        out.outbox = std::make_unique<sqlite::outbox>(*log);
        out.secrets = std::make_unique<sqlite::secrets>(*log);
        out.documents = std::make_unique<sqlite::documents>(*log);
        out.log = std::move(log);
    } else {
        const auto log = part_of(world_, world_->log);
        out.log = std::make_unique<model_log>(log);
        out.registry = std::make_unique<simulated::registry_model>();
        out.leases = std::make_unique<model_leases>(part_of(world_, world_->leases), log, part_of(world_, world_->now),
                                                    "holder " + std::to_string(++world_->holders));
    }
    return out;
}

void store_under_test::let_all_leases_run_out() {
    if (kind == store_kind::simulated) world_->now += simulated::lease_model::duration.count() + 1;
    if (kind != store_kind::postgres) return;
    // One that was released stays so: it is nobody's.
    database_->run("UPDATE streams SET lease_until = now() - interval '1 second' WHERE lease_until > '-infinity'");
    database_->run("UPDATE leases SET until = now() - interval '1 second' WHERE until > '-infinity'");
}

void store_under_test::undo_an_append() {
    database_->run("BEGIN; SELECT pg_current_xact_id(); SELECT nextval(pg_get_serial_sequence('events', 'seq')); "
                   "SELECT pg_sleep(0.005); ROLLBACK");
}

}  // namespace slipway::test
