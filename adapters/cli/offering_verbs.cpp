// slipway offering: define, list, show.
#include "adapters/cli/answer_text.hpp"
#include "adapters/cli/api_session.hpp"
#include "adapters/cli/missing_database.hpp"
#include "adapters/cli/user_files.hpp"
#include "adapters/cli/verbs.hpp"

namespace slipway::cli {

namespace {

using boost::asio::awaitable;
using nlohmann::ordered_json;

verb_option offering_operand(std::string& id) {
    return {.name = "ID", .help = "The offering", .into = &id, .required = true};
}

awaitable<int> ask_and_show(api_session& s, std::string method, std::string id, std::string body) {
    const auto answer = co_await s.ask(std::move(method), api_path("offerings", id), std::move(body));
    if (answer.good())
        s.in().out.result(s.in().typed.json ? document_text(answer.document) : offering_details(answer.document));
    co_return answer.code;
}

struct offering_define_verb final : verb {
    std::string id;
    std::string provider;
    std::string server_type;
    std::string location;
    std::string image;
    std::string recipe_file;  // empty: none

    void take(option_list& options) override {
        options.add(offering_operand(id));
        options.add({.name = "--provider",
                     .help = "Whose Hetzner project it is made in",
                     .into = &provider,
                     .placeholder = "P",
                     .required = true});
        options.add({.name = "--server-type",
                     .help = "Server type",
                     .into = &server_type,
                     .placeholder = "T",
                     .required = true});
        options.add(
            {.name = "--location", .help = "Location", .into = &location, .placeholder = "L", .required = true});
        options.add({.name = "--image", .help = "Image, or the id of a snapshot", .into = &image, .placeholder = "I", .required = true});
        options.add({.name = "--recipe",
                     .help = "Script to run once on each VM, at most 64 KiB; - is standard input",
                     .into = &recipe_file,
                     .placeholder = "FILE"});
    }

    int run(invocation& in) override {
        const auto recipe = read_recipe(recipe_file);
        if (!recipe) return complain(in.out, recipe.error());
        ordered_json config = ordered_json::object();
        config["server_type"] = server_type;
        config["location"] = location;
        config["image"] = image;
        ordered_json body = ordered_json::object();
        body["provider"] = provider;
        body["infra_backend"] = "hetzner";
        body["infra_config"] = config;
        if (!recipe->empty()) body["recipe_script"] = *recipe;
        api_session session(in, database_use::work);
        return session.run([&](api_session& s) { return ask_and_show(s, "PUT", id, body_text(body)); });
    }
};

struct offering_list_verb final : verb {
    int run(invocation& in) override {
        if (no_database_yet(in)) return nothing_yet(in, "no offerings");
        api_session session(in, database_use::read);
        return session.run([&](api_session& s) { return list(s); });
    }

private:
    awaitable<int> list(api_session& s) const {
        const auto answer = co_await s.ask_all("/v1/offerings", "offerings");
        if (!answer.good()) co_return answer.code;
        if (s.in().typed.json)
            s.in().out.result(document_text(answer.document));
        else if (answer.document.empty())
            s.in().out.note("no offerings; define one with: slipway offering define ID");
        else
            s.in().out.result(offering_table(answer.document));
        co_return exit_done;
    }
};

struct offering_show_verb final : verb {
    std::string id;

    void take(option_list& options) override { options.add(offering_operand(id)); }

    int run(invocation& in) override {
        if (no_database_yet(in)) return not_there_yet(in, "offering " + id);
        api_session session(in, database_use::read);
        return session.run([&](api_session& s) { return ask_and_show(s, "GET", id, ""); });
    }
};

}  // namespace

made_verb offering_define() { return std::make_unique<offering_define_verb>(); }
made_verb offering_list() { return std::make_unique<offering_list_verb>(); }
made_verb offering_show() { return std::make_unique<offering_show_verb>(); }

}  // namespace slipway::cli
