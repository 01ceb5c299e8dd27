#include "adapters/cli/kamal_step.hpp"

#include "adapters/cli/file_exchange.hpp"
#include "adapters/cli/kamal/deploy_file.hpp"
#include "adapters/cli/login.hpp"
#include "adapters/cli/prompt.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace slipway::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* usual_file = "config/deploy.yml";
constexpr const char* any_address = "203.0.113.1";  // RFC 5737: nobody's
constexpr const char* documentation = "https://kamal-deploy.org/docs/configuration/servers/";

// What to do by hand.
void explain(invocation& in, const std::string& file, const std::string& why, const std::vector<vm_view>& made) {
    in.out.say(fmt::format("{} was not changed: {}", file, why));
    std::string lines = "To deploy there with Kamal, name the address in it:\n  servers:\n    web:\n";
    for (const vm_view& vm : made) lines += "      - " + vm.state.data.address + "\n";
    in.out.say(lines + "See " + documentation);
}

}  // namespace

void add_kamal_options(option_list& options, kamal_options& to) {
    options.add({.name = "--kamal",
                 .help = "Kamal's file to put the address into (config/deploy.yml)",
                 .into = &to.file,
                 .placeholder = "FILE"});
    options.add({.name = "--kamal-host",
                 .help = "The host in it that the VM replaces",
                 .into = &to.instead_of,
                 .placeholder = "OLD"});
    options.add({.name = "--no-kamal",
                 .help = "Leave config/deploy.yml as it is",
                 .into = &to.none,
                 .not_with = {"--kamal", "--kamal-host"}});
}

result<kamal_plan> plan_kamal(const kamal_options& typed) {
    kamal_plan plan;
    if (typed.none) return plan;
    plan.wanted = true;
    plan.instead_of = typed.instead_of;
    plan.named = !typed.file.empty();
    const std::string file = plan.named ? typed.file : usual_file;
    std::error_code unseen;  // then reading it says why
    if (fs::exists(file, unseen) || unseen) {
        auto content = read_whole_file(file);
        if (content || !plan.named) plan.file = file;
        if (!content && plan.named) return make_error(error_kind::usage, content.error().message);
        // What was asked for by name and cannot be done is said before there is a VM to pay for.
        if (content && (plan.named || !plan.instead_of.empty()))
            if (const auto edit = kamal::put_address(*content, any_address, plan.instead_of);
                const auto* nothing = std::get_if<kamal::unchanged>(&edit))
                return make_error(error_kind::usage,
                                  fmt::format("nothing was created: {} cannot be changed: {}", file, nothing->why));
        return plan;
    }
    if (plan.named) return make_error(error_kind::usage, "there is no file " + file + " (--kamal)");
    if (!plan.instead_of.empty())
        return make_error(error_kind::usage, std::string("there is no ") + usual_file +
                                                 " here for --kamal-host; name Kamal's file with --kamal FILE");
    return plan;
}

int put_into_kamal(invocation& in, const kamal_plan& plan, const std::vector<vm_view>& made) {
    if (!plan.wanted || made.empty()) return exit_done;
    if (plan.file.empty()) {
        in.out.note(std::string("No ") + usual_file + " here. To deploy to the VM with Kamal: " + documentation);
        return exit_done;
    }
    if (made.size() > 1) {
        explain(in, plan.file, "there are several new VMs", made);
        return exit_done;
    }
    const vm_view& vm = made.front();
    const auto there = login_of(vm);
    if (!there) {
        in.out.complain(plan.file + " was not changed: " + there.error().message);
        return exit_failed;
    }
    const auto before = read_whole_file(plan.file);
    if (!before) {
        explain(in, plan.file, before.error().message, made);
        return exit_done;
    }
    const auto edit = kamal::put_address(*before, there->address, plan.instead_of);
    if (const auto* nothing = std::get_if<kamal::unchanged>(&edit)) {
        if (nothing->there_already)
            in.out.note(plan.file + ": " + nothing->why);
        else
            explain(in, plan.file, nothing->why, made);
        return exit_done;
    }
    const auto& change = std::get<kamal::changed>(edit);
    const bool asked = !in.typed.yes && in.out.asks();
    if (!asked && !in.typed.yes && !plan.named) {
        explain(in, plan.file, "nobody is there to agree to it; agree beforehand with --yes, or name it with --kamal",
                made);
        return exit_done;
    }
    const std::string diff = kamal::line_diff(plan.file, *before, change.bytes);
    if (asked)
        in.out.say(diff.substr(0, diff.size() - 1));
    else
        in.out.note(diff.substr(0, diff.size() - 1));
    if (asked) {
        const typed_line line = ask_line(fmt::format("Write this to {}? [y/N] ", plan.file));
        if (line.how == typed_line::ending::interrupted) {
            in.out.complain(fmt::format("interrupted; {} was not changed, and {} stays as it is", plan.file,
                                        vm.state.data.spec.name));
            return exit_interrupted;
        }
        if (line.text != "y" && line.text != "Y" && line.text != "yes") {
            explain(in, plan.file, "you did not agree", made);
            return exit_done;
        }
    }
    if (auto written = exchange_file(plan.file, *before, change.bytes); !written) {
        explain(in, plan.file, written.error().message, made);
        return exit_failed;
    }
    in.out.note(fmt::format("{}: {} is now {}", plan.file, change.instead, there->address));
    return exit_done;
}

}  // namespace slipway::cli
