#include "adapters/cli/completion.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>

namespace slipway::cli {

namespace {

const CLI::Option* option_named(const CLI::App& app, const CLI::App& at, const std::string& word) {
    for (const CLI::App* from : {&at, &app})
        if (const CLI::Option* option = from->get_option_no_throw(word)) return option;
    return nullptr;
}

bool takes_value(const CLI::Option* option) {
    return option != nullptr && option->get_items_expected_max() > 0;
}

const CLI::App* verb_named(const CLI::App& at, const std::string& word) {
    for (const CLI::App* verb : at.get_subcommands([](const CLI::App*) { return true; }))
        if (verb->get_name() == word) return verb;
    return nullptr;
}

value_kind kind_of(const std::string& name) {
    if (name == "--server-type") return value_kind::server_type;
    if (name == "--location") return value_kind::location;
    if (name == "--image") return value_kind::image;
    if (name == "--app") return value_kind::app;
    if (name == "VM") return value_kind::vm;
    if (name == "SHELL") return value_kind::shell;
    if (name == "TOPIC") return value_kind::docs;
    for (const char* file : {"--config", "--ssh-key", "--recipe", "--kamal", "--new-key-file"})
        if (name == file) return value_kind::file;
    return value_kind::none;
}

void add(completion& to, const std::string& text, const std::string& meaning) {
    if (text.starts_with(to.begun)) to.words.push_back({text, meaning});
}

}  // namespace

completion complete(const CLI::App& app, const std::vector<std::string>& typed) {
    completion out;
    if (typed.empty()) return out;
    const CLI::App* at = &app;
    const CLI::Option* waiting = nullptr;
    std::size_t positionals = 0;
    for (std::size_t i = 0; i + 1 < typed.size(); ++i) {
        const std::string& word = typed[i];
        if (word == "--") return out;
        if (waiting != nullptr) {
            waiting = nullptr;
        } else if (word.starts_with("-")) {
            const CLI::Option* option = option_named(app, *at, word);
            if (takes_value(option)) waiting = option;
        } else if (const CLI::App* verb = verb_named(*at, word)) {
            at = verb;
        } else {
            ++positionals;
        }
    }
    out.begun = typed.back();
    if (waiting != nullptr) {
        out.value = kind_of("--" + waiting->get_lnames().front());
        // T[,T2…]
        if (const auto comma = out.begun.rfind(','); comma != std::string::npos && out.value != value_kind::file) {
            out.before = out.begun.substr(0, comma + 1);
            out.begun.erase(0, comma + 1);
        }
        return out;
    }
    if (out.begun.starts_with("-")) {
        for (const CLI::App* from : {at, &app}) {
            for (const CLI::Option* option : from->get_options())
                for (const std::string& name : option->get_lnames()) add(out, "--" + name, option->get_description());
            if (at == &app) break;
        }
        return out;
    }
    for (const CLI::App* verb : at->get_subcommands([](const CLI::App*) { return true; }))
        add(out, verb->get_name(), verb->get_description());
    if (!out.words.empty() || at == &app) return out;
    std::size_t number = 0;
    for (const CLI::Option* option : at->get_options()) {
        if (!option->get_positional() || number++ != positionals) continue;
        out.value = kind_of(option->get_name(true));
    }
    return out;
}

std::string completion_lines(const CLI::App& app, const std::vector<std::string>& typed) {
    const completion next = complete(app, typed);
    std::string lines;
    for (const completion::word& word : next.words) lines += word.text + "\t" + word.meaning + "\n";
    for (const std::string& value : completion_values(next.value))
        if (value.starts_with(next.begun)) lines += next.before + value + "\n";
    return lines;
}

std::string completion_script(const std::string& shell) {
    if (shell == "bash")
        return R"sh(# slipway's completion for bash: eval "$(slipway completion bash)", or keep it below
# ~/.local/share/bash-completion/completions/slipway
_slipway() {
    local line
    COMPREPLY=()
    while IFS=$'\t' read -r line _; do
        COMPREPLY+=("$line")
    done < <(slipway __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _slipway slipway
)sh";
    if (shell == "zsh")
        return R"sh(#compdef slipway
# slipway's completion for zsh: keep it as _slipway in a directory of $fpath, or source it after compinit
_slipway() {
    local line
    local -a found
    for line in "${(@f)$(slipway __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
        [[ -n $line ]] && found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    done
    if (( $#found )); then
        _describe -t slipway slipway found
    else
        _files
    fi
}
if [ "$funcstack[1]" = "_slipway" ]; then _slipway "$@"; else compdef _slipway slipway; fi
)sh";
    if (shell == "fish")
        return R"sh(# slipway's completion for fish: keep it as ~/.config/fish/completions/slipway.fish
function __slipway_words
    set -l typed (commandline -opc) (commandline -ct)
    slipway __complete -- $typed[2..-1] 2>/dev/null
end
complete -c slipway -a '(__slipway_words)'
)sh";
    return {};
}

}  // namespace slipway::cli
