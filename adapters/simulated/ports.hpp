// The simulated ports of one process: what the engine is given instead of Hetzner, SSH, a disk, a clock and chance.
// Each call asks the fault_source what goes wrong; nothing reaches the models (cloud_model.hpp, log_model.hpp) once the
// process has been killed.
//
// Every call may meet a crash before it leaves or after it was carried out: a process can die at any instruction.
//
// clock     the wall clock may jump in either direction: people and NTP set it. The steady one does not.
// log       unavailable (nothing stored): a disk is full for a while; the engine tries again.
//           torn (stored, reported as unavailable): the disk failed between the commit and its acknowledgement; the
//           same append again is answered from the log, because event ids are unique. unavailable for reading: commands
//           are answered with an error, and are submitted again by their caller.
// leases    unavailable, torn: the database does not answer, or not any more; a lease is over for its holder before the
//           store gives it to another, and what the store gave without saying so runs out. The store's own clock may
//           jump, so that two engines hold one stream: the log fences the older one, names and key material are unique,
//           and the newer one waits for what the older may have sent.
// cloud     spends the request budget through the real governor; who asks for more than there is gets 429. Answers that
// say no (401, 403, 409 conflict, 412, 422, 423, 429, 5xx): nothing was done, the machine's plan
//           says what now. lost_request, lost_reply, done_but_server_error, bad_answer: it may have been done; the
//           engine looks before it acts again. late: carried out up to a minute after it was sent, when the caller has
//           long given up; the engine keeps looking for that long before it says that something is gone. waits: for its
//           turn in the request budget, perhaps past the end of the lease; then it must not leave. repeated: a proxy
//           delivered the request twice; names and key material are unique. never_boots, no_address, stranger_answers,
//           action_fails: the server is paid for and useless; it is deleted. vanishes: somebody deleted it in the
//           console; deleting it again is "not found", which is what was wanted.
// shell     refuses, closes, stalls, half_way: sessions break at any point; every call may be repeated.
//           denies, wrong_host_key, broken: not our host, or not usable; it is deleted and nothing is told to it.
//           recipe_fails, recipe_hangs: the user's script is at fault; it is not run again, the VM is cleaned up.
//           foreign_token: the token is another project's; what it does not see is not gone.
// vault     cannot be read (with open_project: the token): nothing can be done, nothing was done.
#pragma once

#include "engine/runtime/governor.hpp"
#include "engine/runtime/ownership.hpp"
#include "engine/runtime/world.hpp"
#include "adapters/simulated/cloud_model.hpp"
#include "adapters/simulated/lease_model.hpp"
#include "adapters/simulated/log_model.hpp"
#include "adapters/simulated/request_bucket.hpp"

#include <memory>
#include <set>

namespace slipway::simulated {

inline constexpr const char* install = "simulation";

class computer;

// What outlives processes.
struct universe {
    explicit universe(std::uint64_t seed) : chance(seed), cloud(time, chance), elsewhere(time, chance, 1'000'000) {
        log.epoch_of = [this](const stream_id& stream) { return leases.epoch(stream.text); };
    }
    // Several engines on the log: they need leases.
    void share() { shared = log.several_writers = true; }

    schedule time;
    dice chance;
    cloud_model cloud;
    cloud_model elsewhere;  // another project, which a token may open by mistake
    log_model log;
    lease_model leases;
    bool shared = false;
    std::vector<computer*> computers;  // that are there now
    fault_source* faults = nullptr;
    std::int64_t wall_ahead = 0;  // of the steady clock, in ms; changes when the wall clock jumps
    bool token_is_foreign = false;  // for all
    bool store_jumped = false;
    std::uint64_t sent_without_lease = 0;  // requests that make something, while the store's clock never jumped
    std::int64_t store_ahead = 0;          // likewise, of the database server's clock
    request_bucket budget;
    std::int64_t outage_until = 0;    // Hetzner answers with 503, or nobody does
    std::uint64_t requests = 0;       // to Hetzner, polls left out
    std::uint64_t over_budget = 0;    // of them: more than Hetzner allows
    milliseconds longest_removal{0};  // that a request to delete something waited for its turn
    std::uint64_t starts = 0;         // of processes
    std::uint64_t crashes = 0;

    timestamp true_time() const { return {1'767'225'600'000 + time.now()}; }  // the world began in January 2026
    timestamp wall() const { return true_time() + milliseconds{wall_ahead}; }
    std::int64_t store_now() const { return time.now() + store_ahead; }
    fault choose(site s) { return faults ? faults->choose(s) : fault::none; }
};

using process_ptr = std::shared_ptr<process>;

class clock_port final : public engine_clock {
public:
    clock_port(universe& u, process_ptr process) : u_(u), process_(std::move(process)) {}
    timestamp now() const override { return u_.wall(); }
    milliseconds steady() const override { return milliseconds{u_.time.now()}; }
    boost::asio::awaitable<void> sleep(milliseconds d) override { return process_->sleep(d); }
    std::unique_ptr<time_limit> set_limit(const boost::asio::any_io_executor& on, milliseconds d,
                                          std::function<void()> reached) override {
        return process_->set_limit(on, d, std::move(reached));
    }

private:
    universe& u_;
    process_ptr process_;
};

class random_port final : public random_source {
public:
    explicit random_port(universe& u) : u_(u) {}
    random_bytes bytes() override;
    double fraction() override { return u_.chance.fraction(); }

private:
    universe& u_;
};

class vault_port final : public key_vault {
public:
    result<ssh_key_pair> operator_key() override;
    result<ssh_key_pair> first_host_key(const stream_id& stream) override;
};

class log_port final : public event_log {
public:
    log_port(universe& u, log_model& log, process_ptr process) : u_(u), log_(log), process_(std::move(process)) {}
    std::string install_id() const override { return install; }
    boost::asio::awaitable<append_result> append(append_request request) override;
    boost::asio::awaitable<result<std::vector<event_record>>> read_stream(stream_id stream,
                                                                          std::uint64_t after_version) override;
    boost::asio::awaitable<result<std::vector<event_record>>> read_all(std::uint64_t after_seq,
                                                                       std::size_t limit) override;
    boost::asio::awaitable<result<std::vector<stream_head>>> heads(head_filter filter) override;
    boost::asio::awaitable<result<std::vector<stream_id>>> live_with_key(std::string provider,
                                                                         std::string key_fingerprint,
                                                                         stream_id except) override;
    boost::asio::awaitable<result<std::vector<event_record>>> find_command(std::string command_id) override;
    boost::asio::awaitable<result<std::optional<std::string>>> find_request(std::string key) override;

private:
    boost::asio::awaitable<result<void>> readable();

    universe& u_;
    log_model& log_;
    process_ptr process_;
};

class lease_port final : public leases {
public:
    lease_port(universe& u, process_ptr process, std::string holder)
        : u_(u), process_(std::move(process)), holder_(std::move(holder)) {}
    milliseconds duration() const override { return lease_model::duration; }
    boost::asio::awaitable<result<std::optional<lease>>> claim(std::string name) override;
    boost::asio::awaitable<result<std::vector<lease>>> claim_unheld(std::size_t at_most, left_alone others) override;
    boost::asio::awaitable<result<std::vector<renewed_lease>>> renew(std::vector<lease> held) override;
    boost::asio::awaitable<result<void>> release(std::vector<lease> held) override;

private:
    template <class T>
    boost::asio::awaitable<result<T>> ask(std::function<T()> what);

    universe& u_;
    process_ptr process_;
    std::string holder_;
};

class cloud_port final : public cloud {
public:
    cloud_port(universe& u, cloud_model& project, std::string token, process_ptr process, engine_clock& clock,
               std::string holder)
        : u_(u),
          model_(project),
          token_(std::move(token)),
          process_(std::move(process)),
          governor_(clock),
          holder_(std::move(holder)) {}
    boost::asio::awaitable<cloud_result<cloud_ssh_key>> create_ssh_key(new_ssh_key key, send_permit may_send) override;
    boost::asio::awaitable<cloud_result<std::optional<cloud_ssh_key>>> find_ssh_key(std::string fingerprint) override;
    boost::asio::awaitable<cloud_result<void>> delete_ssh_key(std::int64_t id, send_permit may_send) override;
    boost::asio::awaitable<cloud_result<created_server>> create_server(new_server server,
                                                                       send_permit may_send) override;
    boost::asio::awaitable<cloud_result<std::optional<cloud_server>>> find_server(std::string name) override;
    boost::asio::awaitable<cloud_result<std::vector<cloud_server>>> list_servers(std::string label_selector) override;
    boost::asio::awaitable<cloud_result<std::optional<cloud_server>>> get_server(std::int64_t id) override;
    boost::asio::awaitable<cloud_result<std::vector<cloud_ssh_key>>> list_ssh_keys(std::string label_selector) override;
    boost::asio::awaitable<cloud_result<std::int64_t>> delete_server(std::int64_t id, send_permit may_send) override;
    std::string token_mark() const override { return token_; }
    std::optional<timestamp> time() const override {
        return has_heard_ ? std::optional(u_.true_time()) : std::nullopt;
    }
    boost::asio::awaitable<cloud_result<void>> wait_for(std::vector<std::int64_t> actions) override;

private:
    template <class T>
    boost::asio::awaitable<cloud_result<T>> carry(fault f, urgency kind,
                                                  std::function<cloud_result<T>()> request, send_permit may_send = {},
                                                  std::string stream = {});
    boost::asio::awaitable<void> take_turn(urgency kind);
    void hear(int status);

    universe& u_;
    cloud_model& model_;
    std::string token_;
    process_ptr process_;
    governor governor_;
    std::string holder_;
    bool has_heard_ = false;
};

class cloud_source_port final : public cloud_source {
public:
    cloud_source_port(universe& u, process_ptr process, engine_clock& clock, std::string holder)
        : u_(u),
          project_(std::make_shared<cloud_port>(u, u.cloud, "home", process, clock, holder)),
          elsewhere_(std::make_shared<cloud_port>(u, u.elsewhere, "elsewhere", process, clock, holder)) {}
    boost::asio::awaitable<result<std::shared_ptr<cloud>>> open(std::string provider) override;
    std::shared_ptr<cloud> project() { return project_; }
    std::shared_ptr<cloud> elsewhere() { return elsewhere_; }

private:
    universe& u_;
    std::shared_ptr<cloud> project_, elsewhere_;
};

class shell_port final : public remote_shell {
public:
    shell_port(universe& u, process_ptr process) : u_(u), process_(std::move(process)) {}
    boost::asio::awaitable<shell_result<void>> wait_until_ready(ssh_target target, milliseconds deadline) override;
    boost::asio::awaitable<shell_result<recipe_output>> run_recipe(ssh_target target, recipe_order order,
                                                                   output_sink sink) override;
    boost::asio::awaitable<shell_result<std::vector<std::string>>> prepare_host_keys(ssh_target target) override;
    boost::asio::awaitable<shell_result<handed_over>> hand_over(ssh_target target, std::vector<std::string> prepared,
                                                                bool changed) override;

private:
    boost::asio::awaitable<shell_result<simulated_server*>> connect(fault f, ssh_target target);
    boost::asio::awaitable<void> after_effect(fault f);

    universe& u_;
    process_ptr process_;
    std::set<std::int64_t> open_;  // servers whose recipe's session is still open
};

struct ports {
    ports(universe& u, log_model& store, const process_ptr& process, const std::string& name)
        : clock(u, process),
          random(u),
          log(u, store, process),
          held(u, process, name),
          clouds(u, process, clock, name),
          shell(u, process),
          shared(u.shared) {}
    world all() { return world{log, clouds, shell, keys, clock, random, shared ? &held : nullptr}; }

    clock_port clock;
    random_port random;
    vault_port keys;
    log_port log;
    lease_port held;
    cloud_source_port clouds;
    shell_port shell;
    bool shared;
};

}  // namespace slipway::simulated
