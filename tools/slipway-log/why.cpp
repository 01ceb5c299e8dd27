#include "engine/model/recipe_output.hpp"
#include "engine/service/explain.hpp"
#include "engine/service/history.hpp"
#include "tools/slipway-log/complaint.hpp"
#include "tools/slipway-log/details.hpp"
#include "tools/slipway-log/find_stream.hpp"
#include "tools/slipway-log/inspection.hpp"
#include "tools/slipway-log/stream_records.hpp"
#include "tools/slipway-log/layout.hpp"

#include <algorithm>

namespace slipway::inspection {

using service::fold;
using service::history;
using service::story;
using service::story_of;

namespace {

nlohmann::ordered_json json_of(const story& of, const history& lived, const service::reasons& said,
                               const std::optional<log_holder>& holder) {
    auto line = head_json(*lived.head);
    line.erase("hash");
    line["since"] = to_rfc3339(of.since);
    line["waits_for"] = lived.waits_for;
    line["why"] = said.why;
    line["to_do"] = said.to_do.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(said.to_do);
    line["failures"] = nlohmann::ordered_json::array();
    for (const auto& [at, what] : of.failures) {
        nlohmann::ordered_json one;
        one["at"] = to_rfc3339(at);
        one["step"] = name(what.step);
        one["code"] = name(what.code);
        one["message"] = with_output(what.message, what.output);
        one["unknown"] = what.unknown;
        one["retry_at"] = nullptr;
        if (what.retry_at) one["retry_at"] = to_rfc3339(*what.retry_at);
        line["failures"].push_back(one);
    }
    line["refusals"] = nlohmann::ordered_json::array();
    for (const auto& [at, actor, what] : of.refusals) {
        nlohmann::ordered_json one;
        one["at"] = to_rfc3339(at);
        one["actor"] = actor;
        one["command"] = what.command;
        one["why"] = what.why;
        one["rule"] = what.rule;
        line["refusals"].push_back(one);
    }
    line["leaked"] = nlohmann::ordered_json::array();
    for (const leak& l : of.state.data.leaked) {
        nlohmann::ordered_json one;
        one["kind"] = std::string(name(l.kind));
        one["id"] = l.id;
        one["name"] = l.name;
        one["why"] = l.why;
        line["leaked"].push_back(one);
    }
    line["holder"] = nullptr;
    if (holder) {
        nlohmann::ordered_json who;
        who["who"] = holder->who;
        who["since"] = to_rfc3339(holder->since);
        who["running"] = holder->running;
        line["holder"] = who;
    }
    return line;
}

// Words wrapped at the terminal's width.
std::string wrapped(const std::string& text, std::size_t width) {
    if (width == 0) return text;
    std::string out, word;
    std::size_t column = 0;
    const auto put = [&] {
        const std::size_t taken = width_of(word);
        if (column > 0 && column + 1 + taken > width) {
            out += "\n  ";
            column = 2;
        } else if (column > 0) {
            out += ' ';
            ++column;
        }
        out += word;
        column += taken;
        word.clear();
    };
    for (const char c : text) {
        if (c == ' ')
            put();
        else
            word += c;
    }
    put();
    return out;
}

}  // namespace

int why(context& on, const std::string& stream, timestamp now, const std::optional<log_holder>& holder,
        const surroundings_source& around) {
    const log_reader::snapshot together(on.log);
    const auto id = find_stream(on.log, stream);
    if (!id) return complain(on.complaints, id.error());
    const auto found = records_of(on.log, *id);
    if (!found) return complain(on.complaints, found.error());
    for (const std::string& lost : found->lost) on.complaints << printable(lost) << '\n';
    const history lived = fold(found->records);
    if (!lived.head)
        return complain(on.complaints,
                        make_error(error_kind::corrupt, "stream " + printable(id->text) + " cannot be replayed: " +
                                                            printable(lived.broken.value_or("it has no events")) +
                                                            ". Run slipway-log verify."));
    if (lived.broken)
        on.complaints << "stream " << printable(id->text) << " cannot be replayed behind version "
                      << lived.states.size() << ": " << printable(*lived.broken)
                      << ". What is said is how it was until then. Run slipway-log verify.\n";
    const story told = story_of(lived.state, found->records, lived.states);
    const service::surroundings seen = around ? around(lived.head->provider, *id) : service::surroundings();
    service::reasons said = service::reasons_of(told, found->records, now, seen);
    said.why.push_back(service::explain_holder(told, holder));
    if (on.json) {
        on.out << dump(json_of(told, lived, said, holder)) << '\n';
    } else {
        on.out << printable(lived.head->kind) << " " << printable(id->text) << "  owner "
               << printable(lived.head->owner.empty() ? "-" : lived.head->owner) << "  version " << lived.head->version
               << '\n';
        for (const std::string& sentence : said.why) on.out << wrapped(printable(sentence), on.width) << '\n';
        if (!said.to_do.empty()) on.out << wrapped("What to do: " + printable(said.to_do), on.width) << '\n';
    }
    return lived.broken || !found->lost.empty() ? exit_failed : exit_done;
}

}  // namespace slipway::inspection
