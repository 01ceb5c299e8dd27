// slipway server create from its beginning to its end: what is missing is asked for before anything is ordered, the plan
// says whether it can be ordered and for how much (--dry-run ends there), the VMs are waited for, and what is to be done
// with one afterwards follows when it is in the user's hands.
#include "adapters/cli/answer_text.hpp"
#include "adapters/cli/api_session.hpp"
#include "adapters/cli/kamal_step.hpp"
#include "adapters/cli/key_choice.hpp"
#include "adapters/cli/missing_database.hpp"
#include "adapters/cli/outcome.hpp"
#include "adapters/cli/own_token.hpp"
#include "adapters/cli/price_text.hpp"
#include "adapters/cli/resource_options.hpp"
#include "adapters/cli/user_files.hpp"
#include "adapters/cli/verbs.hpp"
#include "engine/base/utf8.hpp"
#include "engine/service/ordering.hpp"

#include <algorithm>
#include <map>

namespace slipway::cli {

namespace {

using boost::asio::awaitable;
using nlohmann::ordered_json;

std::string without_blanks(const std::string& list) {
    std::string out;
    for (const std::string& one : composition::split_list(list)) out += (out.empty() ? "" : ",") + one;
    return out;
}

result<std::map<std::string, std::string>> labels_of(const std::vector<std::string>& typed) {
    std::map<std::string, std::string> labels;
    for (const std::string& label : typed) {
        const auto equals = label.find('=');
        if (equals == std::string::npos || equals == 0)
            return make_error(error_kind::usage, "--label takes K=V, not \"" + label + "\"");
        labels[label.substr(0, equals)] = label.substr(equals + 1);
    }
    return labels;
}

// Files may be called what no key at Hetzner can be; such a key is called after the VM.
bool can_be_a_keys_name(const std::string& name) {
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    return !name.empty() && name.size() <= 64 && is_utf8(name) && std::none_of(name.begin(), name.end(), control);
}

struct server_create_verb final : verb {
    std::string name;
    std::string server_types;  // with commas; empty: the configuration's
    std::string locations;
    std::string image;
    std::string key_file;     // empty: the one key in ~/.ssh
    std::string recipe_file;  // empty: none
    std::string app = "none";
    int count = 1;
    std::vector<std::string> labels;
    std::string network;                 // an id, or "none"; empty: the rules of the service choose
    std::vector<std::string> firewalls;  // likewise
    bool dry_run = false;
    bool wait = true;
    kamal_options kamal;

    void take(option_list& options) override {
        options.add(
            {.name = "NAME", .help = "Its name; with --count also NAME1, NAME2, …", .into = &name, .required = true});
        options.add({.name = "--server-type",
                     .help = "Types to try, in order",
                     .into = &server_types,
                     .placeholder = "T[,T2,...]"});
        options.add({.name = "--location",
                     .help = "Locations to try, in order",
                     .into = &locations,
                     .placeholder = "L[,L2,...]"});
        options.add({.name = "--image", .help = "Image, or the id of a snapshot (ubuntu-24.04)", .into = &image, .placeholder = "I"});
        options.add({.name = "--ssh-key",
                     .help = "Public key that may log in (the one in ~/.ssh)",
                     .into = &key_file,
                     .placeholder = "FILE"});
        options.add({.name = "--recipe",
                     .help = "Script to run once on the VM, at most 64 KiB; - is standard input",
                     .into = &recipe_file,
                     .placeholder = "FILE"});
        options.add({.name = "--app",
                     .help = "Prepare the VM for: none, coolify, wireguard",
                     .into = &app,
                     .placeholder = "APP",
                     .one_of = {"none", "coolify", "wireguard"}});
        options.add({.name = "--count",
                     .help = "How many (1 to 100)",
                     .into = &count,
                     .placeholder = "N",
                     .between = {1, 100}});
        options.add({.name = "--label",
                     .help = "Label at Hetzner, K=V; may be repeated",
                     .into = &labels,
                     .placeholder = "K=V"});
        options.add({.name = "--network",
                     .help = "Network at Hetzner, by id, or none (the project's only one, or your default)",
                     .into = &network,
                     .placeholder = "ID"});
        options.add({.name = "--firewall",
                     .help = "Firewall at Hetzner, by id, or none; may be repeated (likewise)",
                     .into = &firewalls,
                     .placeholder = "ID"});
        options.add(
            {.name = "--dry-run", .help = "Show the request and the price; create nothing", .into = &dry_run});
        options.add({.name = "--wait,!--no-wait",
                     .help = "Wait until the VM is usable (default), or only write the order down",
                     .into = &wait});
        add_kamal_options(options, kamal);
    }

    int run(invocation& in) override {
        auto kamal_file = plan_kamal(kamal);
        if (!kamal_file) return complain(in.out, kamal_file.error());
        if (const auto ended = choose_key(in, key_file)) return *ended;
        // Nobody pastes a token to hear then that the name is wrong.
        if (const auto good = read_order(in); !good) return complain(in.out, good.error());
        if (const auto ended = provide_token(in)) return *ended;
        if (const auto none = complain_of_no_token(in)) return *none;

        // The user's defaults are in the database, where there is one; for a price none is made.
        api_session planning(in, database_can_be_read(in) ? database_use::read : database_use::none);
        if (const int code = planning.run([&](api_session& s) { return plan(s); }); code != exit_done) return code;
        if (dry_run) {
            in.out.result(in.typed.json ? document_text(plan_) : plan_text(plan_));
            return exit_done;
        }
        api_session ordering(in, wait ? database_use::work : database_use::order);
        const int code = ordering.run([&](api_session& s) { return order(s); });
        if (code != exit_done || !wait) return code;
        return put_into_kamal(in, *kamal_file, made_);
    }

private:
    // What can be checked without anybody else is checked here.
    result<void> read_order(const invocation& in) {
        const auto given = labels_of(labels);
        if (!given) return given.error();
        if (auto good = service::check_order(*given, service::names_of(name, count)); !good)
            return make_error(good.error().kind, good.error().message);
        const auto recipe = read_recipe(recipe_file);
        if (!recipe) return recipe.error();
        const auto key = read_user_key(key_file, in.environment.text("HOME").value_or(""));
        if (!key) return key.error();
        ordered_json& body = body_ = ordered_json::object();
        body["name"] = name;
        if (const std::string types = without_blanks(server_types); !types.empty()) body["server_type"] = types;
        if (const std::string places = without_blanks(locations); !places.empty()) body["location"] = places;
        if (!image.empty()) body["image"] = image;
        body["app"] = app;
        if (!recipe->empty()) body["recipe_script"] = *recipe;
        body["ssh_pubkey"] = key->line;
        if (can_be_a_keys_name(key->name)) body["ssh_key_name"] = key->name;
        if (!given->empty()) body["labels"] = *given;
        if (!network.empty()) {
            auto typed = resource_typed("--network", network);
            if (!typed) return typed.error();
            body["network"] = *std::move(typed);
        }
        if (!firewalls.empty()) {
            auto typed = resources_typed("--firewall", firewalls);
            if (!typed) return typed.error();
            body["firewalls"] = *std::move(typed);
        }
        return {};
    }

    awaitable<int> plan(api_session& s) {
        ordered_json all = body_;
        all["count"] = count;
        auto answer = co_await s.ask("POST", "/v1/vms?plan=true", body_text(all));
        if (answer.good()) plan_ = std::move(answer.document);
        order_as_planned();
        co_return answer.code;
    }

    // What the rules have chosen is what is ordered, for all of them; of what it has none, nobody looks for it again.
    void order_as_planned() {
        if (const ordered_json& network = member_of(plan_, "network"); plan_.contains("network"))
            body_["network"] = network.is_object() ? member_of(network, "id") : ordered_json(nullptr);
        if (!plan_.contains("firewalls")) return;
        ordered_json& firewalls = body_["firewalls"] = ordered_json::array();
        for (const ordered_json& one : plan_["firewalls"]) firewalls.push_back(member_of(one, "id"));
    }

    // One request for each VM: those that were ordered before one that is refused are waited for.
    awaitable<int> order(api_session& s) {
        std::vector<std::string> streams;
        int code = exit_done;
        s.ordered("slipway server list");
        for (const std::string& one : service::names_of(name, count)) {
            body_["name"] = one;
            const auto answer = co_await s.ask("POST", "/v1/vms", body_text(body_));
            code = answer.code;
            if (code != exit_done) break;
            for (const ordered_json& vm : member_of(answer.document, "vms")) streams.push_back(text_of(vm, "id"));
        }
        if (streams.empty()) co_return code;
        const int outcome = co_await see_through(s, std::move(streams));
        co_return code != exit_done ? code : outcome;
    }

    awaitable<int> see_through(api_session& s, std::vector<std::string> streams) {
        invocation& in = s.in();
        if (!wait) {
            const auto now = co_await s.read(std::move(streams));
            if (now.code != 0) co_return now.code;
            in.out.note(s.remote() ? "ordered; the daemon creates it" : "ordered; create it with: slipway server resume");
            co_return report(in, now.views,
                             [](const vm_state& state) { return is_on_its_way(state) || state.in("active"); });
        }
        auto rested = co_await s.wait_for(std::move(streams));
        if (rested.code != 0) co_return rested.code;
        made_ = std::move(rested.views);
        const int outcome = report(in, made_, [](const vm_state& state) { return state.in("active"); });
        if (!in.typed.json) in.out.result(price_lines(plan_, made_));
        co_return outcome;
    }

    ordered_json body_;  // of an order; its name is that of the VM in hand
    ordered_json plan_;
    std::vector<vm_view> made_;
};

}  // namespace

made_verb server_create() { return std::make_unique<server_create_verb>(); }

}  // namespace slipway::cli
