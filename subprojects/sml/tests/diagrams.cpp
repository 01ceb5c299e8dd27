// The renderers' output, word for word, and the fingerprint: what changes it and what does not.
#include "check.hpp"

#include "sml/sml.hpp"

#include <string>

namespace {

struct started {
    static constexpr std::string_view name = "started";
};
struct failed {
    static constexpr std::string_view name = "failed";
};
struct nothing {};
inline constexpr auto may = sml::guard<"may">([] { return true; });
inline constexpr auto must = sml::guard<"must">([] { return true; });
inline constexpr auto note = sml::action<"note">([] {});
inline constexpr auto mark = sml::action<"mark">([] {});

struct base {
    using data = nothing;
    using events = sml::events<started, failed>;
    using terminal = sml::state_names<"end", "lost & found">;
};

// clang-format off
struct plain : base {
    using waiting = sml::state_names<"idle">;
    using escapes = sml::events<failed>;
    using renamed = sml::renames<sml::was<"rest", "idle">>;
    constexpr auto operator()() const {
        using namespace sml;
        return make_transition_table(
           *"idle"_s + event<started> [ may ] / note = "end"_s,
            "idle"_s + event<started> / (note, mark),
            "idle"_s + event<failed> = "lost & found"_s,
            "end"_s + refused<started, failed>,
            "lost & found"_s + refused<started, failed>);
    }
};
// clang-format on
using m = sml::machine<plain>;

void same(std::string_view what, const std::string& got, const std::string& wanted) {
    if (got == wanted) return;
    std::fprintf(stderr, "%s\n--- wanted\n%s--- got\n%s", std::string(what).c_str(), wanted.c_str(), got.c_str());
    checks_failed = 1;
}

sml::render_options one_life() {
    return {.path = {{"idle", "10:00"}, {"idle", "10:05; \"again\"\nand <again>"}, {"end", ""}, {"lost & found", ""}},
            .counts = {{"idle", 12}, {"nowhere", 1}}};
}

void mermaid_text() {
    same("mermaid", sml::mermaid<m>(),
         R"~(stateDiagram-v2
    state "end" as s1
    state "lost & found" as s2
    [*] --> idle
    idle --> s1 : started [may] / note
    idle --> idle : started / note, mark
    idle --> s2 : failed
    s1 --> [*]
    s2 --> [*]
)~");
    same("mermaid, one life", sml::mermaid<m>(one_life()),
         R"~(stateDiagram-v2
    state "idle (12)" as idle
    state "end" as s1
    state "lost & found" as s2
    [*] --> idle
    idle --> s1 : started [may] / note
    idle --> idle : started / note, mark
    idle --> s2 : failed
    s1 --> [*]
    s2 --> [*]
    note right of idle
        10:00
        10:05#59; #34;again#34;
        and #60;again#62;
    end note
    classDef visited fill:#d5e8d4,stroke:#2d7600
    class idle,s1 visited
    classDef current fill:#ffe6a8,stroke:#b46504,stroke-width:3px
    class s2 current
)~");
}

void dot_text() {
    same("dot", sml::dot<m>(one_life()),
         R"~(digraph machine {
    rankdir=LR;
    node [shape=box, style=rounded];
    start [shape=point];
    "idle" [label="idle (12)\n10:00\n10:05; \"again\"\nand <again>", style="rounded,filled", fillcolor="#d5e8d4"];
    "end" [label="end", peripheries=2, style="rounded,filled", fillcolor="#d5e8d4"];
    "lost & found" [label="lost & found", peripheries=2, style="rounded,filled", fillcolor="#ffe6a8", penwidth=3];
    start -> "idle";
    "idle" -> "end" [label="started [may] / note"];
    "idle" -> "idle" [label="started / note, mark", style=dashed];
    "idle" -> "lost & found" [label="failed"];
}
)~");
}

void json_text() {
    same("json", sml::json<m>({.path = {{"idle", "a\tb\\c"}}, .counts = {{"end", 3}}}),
         R"({"fingerprint":")" + sml::hex(m::fingerprint) +
             R"(","initial":"idle","states":[{"name":"idle","terminal":false,"waiting":true},)"
             R"({"name":"end","terminal":true,"waiting":false,"count":3},)"
             R"({"name":"lost & found","terminal":true,"waiting":false}],)"
             R"("events":["started","failed"],"rows":[)"
             R"({"from":"idle","event":"started","guard":"may","action":"note","to":"end","internal":false},)"
             R"({"from":"idle","event":"started","guard":"","action":"note, mark","to":"idle","internal":true},)"
             R"({"from":"idle","event":"failed","guard":"","action":"","to":"lost & found","internal":false}],)"
             R"("refused":[{"from":"end","event":"started"},{"from":"end","event":"failed"},)"
             R"({"from":"lost & found","event":"started"},{"from":"lost & found","event":"failed"}],)"
             R"("renamed":[{"old":"rest","new":"idle"}],)"
             R"("path":[{"state":"idle","label":"a\u0009b\\c"}]})"
             "\n");
}

// ---- the fingerprint

// A table of three rows, of which one part at a time is different.
enum class change { none, guard, action, destination, order, internal, fragment, refusals_moved, terminal_order };

template <change C>
struct varied : base {
    using terminal =
        std::conditional_t<C == change::terminal_order, sml::state_names<"lost & found", "end">, base::terminal>;
    constexpr auto operator()() const {
        using namespace sml;
        constexpr auto refusals = rows("end"_s + refused<started, failed>, "lost & found"_s + refused<started, failed>);
        constexpr auto first = *"idle"_s + event<started>[may] / note = "end"_s;
        constexpr auto second = "idle"_s + event<failed>[may] / mark = "lost & found"_s;
        constexpr auto third = "idle"_s + event<failed>;
        if constexpr (C == change::guard)
            return rows(*"idle"_s + event<started>[must] / note = "end"_s, second, third, refusals);
        else if constexpr (C == change::action)
            return rows(*"idle"_s + event<started>[may] / mark = "end"_s, second, third, refusals);
        else if constexpr (C == change::destination)
            return rows(*"idle"_s + event<started>[may] / note = "lost & found"_s,
                        "idle"_s + event<failed>[may] / mark = "end"_s, third, refusals);
        else if constexpr (C == change::order)
            return rows(second, first, third, refusals);
        else if constexpr (C == change::internal)
            return rows(first, second, "idle"_s + event<failed> = "idle"_s, refusals);
        else if constexpr (C == change::fragment)
            return rows(rows(first), rows(rows(second, third), refusals));
        else if constexpr (C == change::refusals_moved)
            return rows(refusals, first, second, third);
        else
            return rows(first, second, third, refusals);
    }
};
template <change C>
constexpr std::uint64_t print_of = sml::machine<varied<C>>::fingerprint;

static_assert(print_of<change::none> != print_of<change::guard>);
static_assert(print_of<change::none> != print_of<change::action>);
static_assert(print_of<change::none> != print_of<change::destination>);
static_assert(print_of<change::none> != print_of<change::order>);
static_assert(print_of<change::none> != print_of<change::internal>);
static_assert(print_of<change::none> == print_of<change::fragment>);
static_assert(print_of<change::none> == print_of<change::refusals_moved>);
static_assert(print_of<change::none> == print_of<change::terminal_order>);

// The value itself: it is stored in logs, so every compiler and every later version must find the same.
static_assert(print_of<change::none> == 10304792420532768624u);

void fingerprint_text() {
    CHECK(m::fingerprint_hex() == sml::hex(m::fingerprint) && m::fingerprint_hex().size() == 16);
    CHECK(sml::hex(0x0123456789abcdef) == "0123456789abcdef" && sml::hex(0) == "0000000000000000");
}

}  // namespace

int main() {
    mermaid_text();
    dot_text();
    json_text();
    fingerprint_text();
    return checks_failed;
}
