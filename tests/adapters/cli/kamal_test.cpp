// Kamal's deploy.yml as people write it. In the table «…» marks the bytes that have to give way to the new address; all
// others have to stay. A file without a mark must not change, and `why` is part of what is said then.
#include "adapters/cli/kamal/deploy_file.hpp"
#include "adapters/cli/kamal/hosts.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <vector>

using namespace slipway::cli::kamal;
using slipway::test::contains;

namespace {

constexpr const char* address = "203.0.113.77";

struct variant {
    const char* name;
    std::string text;
    const char* why = "";
    const char* instead_of = "";
};

const std::string bom = "\xef\xbb\xbf";

const std::vector<variant> variants{
    {"Kamal's own template", R"(# Name of your application. Used to uniquely configure containers.
service: my-app

# Name of the container image.
image: my-user/my-app

# Deploy to these servers.
servers:
  web:
    - «192.168.0.1»
  # job:
  #   hosts:
  #     - 192.168.0.1
  #   cmd: bin/jobs

# Enable SSL auto certification via Let's Encrypt and allow for multiple apps on a single web server.
proxy:
  ssl: true
  host: app.example.com

registry:
  # Specify the registry server, if you're not using Docker Hub
  # server: registry.digitalocean.com / ghcr.io / ...
  username: my-user
  password:
    - KAMAL_REGISTRY_PASSWORD

# accessories:
#   db:
#     image: mysql:8.0
#     host: 192.168.0.2
)"},
    {"a plain list", "service: a\nservers:\n  - «10.0.0.5»\n"},
    {"a plain list without indentation", "servers:\n- «10.0.0.5»\nservice: a\n"},
    {"web: hosts:", "servers:\n  web:\n    hosts:\n      - «10.0.0.5»\n    options:\n      network: private\n"},
    {"flow list", "servers: [ «10.0.0.5» ]\n"},
    {"flow list without blanks", "servers: {web: [«10.0.0.5»]}\n"},
    {"flow mapping over lines", "servers: {\n  web: {\n    hosts: [\n      «10.0.0.5» ,\n    ],\n  },\n}\n"},
    {"JSON", "{\"service\": \"a\", \"servers\": {\"web\": [\"«10.0.0.5»\"]}}\n"},
    {"double quotes", "servers:\n  web:\n    - \"«10.0.0.5»\"\n"},
    {"single quotes", "servers:\n  web:\n    - '«10.0.0.5»'\n"},
    {"quoted keys", "\"servers\":\n  'web':\n    - «10.0.0.5»\n"},
    {"a comment behind it", "servers:\n  web:\n    - «10.0.0.5» # was 10.0.0.5 since May\n"},
    {"comments before, between and after",
     "# 10.0.0.5\nservers: # 10.0.0.5\n  # 10.0.0.5\n  web: # 10.0.0.5\n    # - 10.0.0.5\n    - «10.0.0.5»\n# "
     "10.0.0.5\n"},
    {"a tab before the comment", "servers:\t# all\n  web:\n    - «10.0.0.5»\t# tab\n"},
    {"a tab as indentation", "servers:\n\tweb:\n\t\t- 10.0.0.5\n", "YAML"},
    {"CRLF", "service: a\r\nservers:\r\n  web:\r\n    - «10.0.0.5»\r\nimage: b\r\n"},
    {"CRLF and LF mixed", "service: a\r\nservers:\n  web:\r\n    - «10.0.0.5»\nimage: b\r\n"},
    {"no newline at the end", "service: a\nservers:\n  - «10.0.0.5»"},
    {"trailing blanks and blank lines", "servers:   \n\n  web:  \n\n    -   «10.0.0.5»   \n\n\n"},
    {"a byte order mark", bom + "service: a\nservers:\n  - «10.0.0.5»\n"},
    {"other scripts before it", "service: приложение-ü-日本\n# größer 🚀\nservers:\n  - «10.0.0.5» # ümlaut\n"},
    {"the document's marks", "---\nservice: a\nservers:\n  - «10.0.0.5»\n...\n"},
    {"a YAML directive", "%YAML 1.1\n---\nservers:\n  - «10.0.0.5»\n"},
    {"several documents", "servers:\n  - 10.0.0.5\n---\nservers:\n  - 10.0.0.6\n", "several YAML documents"},
    {"an anchor on the list", "servers: &all\n  - «10.0.0.5»\nx-copy: *all\n"},
    {"an anchor on the host", "servers:\n  web:\n    - &box «10.0.0.5»\naccessories:\n  db:\n    host: *box\n"},
    {"a tag on the host", "servers:\n  - !!str «10.0.0.5»\n"},
    {"an alias as the host", "x-box: &box 10.0.0.5\nservers:\n  web:\n    - *box\n", "alias"},
    {"an alias as the list", "x-all: &all\n  - 10.0.0.5\nservers:\n  web: *all\n", "no list"},
    {"an alias as the servers", "x-all: &all\n  - 10.0.0.5\nservers: *all\n", "alias"},
    {"a merge key in servers", "x-r: &r\n  web:\n    - 10.0.0.5\nservers:\n  <<: *r\n", "put together"},
    {"anchors and merges elsewhere",
     "x-env: &env\n  clear:\n    A: 1\nservers:\n  web:\n    hosts:\n      - «10.0.0.5»\n    env:\n      <<: *env\n"},
    {"a merge key in a role", "x-r: &r\n  hosts: [10.0.0.5]\nservers:\n  web:\n    <<: *r\n", "put together"},
    {"ERB elsewhere",
     "service: <%= ENV[\"APP\"] %>\nimage: <%= `git config user.name`.strip %>/a\nservers:\n  - «10.0.0.5»\n"},
    {"ERB that loads the environment",
     "<% require \"dotenv\"; Dotenv.load(\".env\") %>\n\nservers:\n  web:\n    - «10.0.0.5»\n"},
    {"ERB over lines", "<%\n  a = 1\n  b = 2\n%>\nservers:\n  web:\n    - «10.0.0.5»\n"},
    {"a comment in ERB", "<%# servers: [1.1.1.1] %>\nservers:\n  - «10.0.0.5»\n"},
    {"ERB in a quoted value", "env:\n  clear:\n    A: \"<%= 'x: y' %>\"\nservers:\n  - «10.0.0.5»\n"},
    {"ERB as the host", "servers:\n  web:\n    - <%= ENV[\"WEB_HOST\"] %>\n", "ERB"},
    {"ERB as the host, quoted", "servers:\n  web:\n    - \"<%= ENV['WEB_HOST'] %>\"\n", "ERB"},
    {"ERB as a part of the host", "servers:\n  web:\n    - 10.0.0.<%= n %>\n", "ERB"},
    {"ERB that is the list", "servers: <%= hosts.to_json %>\n", "no list"},
    {"ERB that makes the list", "servers:\n<% hosts.each do |h| %>\n  - <%= h %>\n<% end %>\n", "ERB"},
    {"a host in a condition", "servers:\n<% if ENV[\"BLUE\"] %>\n  - 10.0.0.5\n<% end %>\n", "condition"},
    {"a host behind a closed condition", "<% if ENV[\"CI\"] %>\nservice: a\n<% end %>\nservers:\n  - «10.0.0.5»\n"},
    {"servers in both branches of a condition",
     "<% if x %>\nservers:\n  - 10.0.0.5\n<% else %>\nservers:\n  - 10.0.0.6\n<% end %>\n", "YAML"},
    {"several statements in ERB", "<% if x then y end; if z %>\nservers:\n  - 10.0.0.5\n<% end %>\n", "condition"},
    {"a host in a loop that ends in a comment", "servers:\n<% xs.each do |x| # blue %>\n  - 10.0.0.5\n<% end %>\n", "condition"},
    {"a host in a condition that ends in a comment", "servers:\n<% if x # end %>\n  - 10.0.0.5\n<% end %>\n", "condition"},
    {"a host behind such a loop", "<% xs.each do |x| # a { b %>\nA: 1\n<% end # of it %>\nservers:\n  - «10.0.0.5»\n"},
    {"a host behind a condition in one tag", "<% if ENV[\"CI\"] then x = 1 end %>\nservers:\n  - «10.0.0.5»\n"},
    {"a host behind a loop in one tag", "<% xs.each do |x| puts x end %>\nservers:\n  - «10.0.0.5»\n"},
    {"a host behind several in one tag", "<% if x; y = \"end {\"; end %>\nservers:\n  - «10.0.0.5»\n"},
    {"a host in a condition with an end of its own", "servers:\n<% if range.end %>\n  - 10.0.0.5\n<% end %>\n", "condition"},
    {"a host in a condition on a word", "servers:\n<% if x == \"end\" %>\n  - 10.0.0.5\n<% end %>\n", "condition"},
    {"a host in a condition on a key", "servers:\n<% if f(end: 1) || y == :end %>\n  - 10.0.0.5\n<% end %>\n", "condition"},
    {"ERB with half a quote", "A: <%= x.gsub(/'/, '') %>\nservers:\n  - «10.0.0.5»\n"},
    {"ERB that is not closed", "service: <%= x\nservers:\n  - 10.0.0.5\n", "not closed"},
    {"ERB before a line's text", "<% x %>servers:\n  - 10.0.0.5\n", "ERB"},
    {"two hosts, none a placeholder", "servers:\n  - 10.0.0.5\n  - 10.0.0.6\n", "--kamal-host"},
    {"two hosts, one named", "servers:\n  - 10.0.0.5\n  - «10.0.0.6»\n", "", "10.0.0.6"},
    {"two hosts, a stranger named", "servers:\n  - 10.0.0.5\n  - 10.0.0.6\n", "no host 10.0.0.7", "10.0.0.7"},
    {"part of a host named", "servers:\n  - 10.0.0.5\n  - 10.0.0.55\n", "no host 10.0.0", "10.0.0"},
    {"two hosts, one a placeholder", "servers:\n  web:\n    - 10.0.0.5\n    - «192.168.0.1»\n"},
    {"two hosts, both placeholders", "servers:\n  web:\n    - 192.168.0.1\n    - <IP-ADDRESS>\n", "--kamal-host"},
    {"the same host twice", "servers:\n  - 192.168.0.1\n  - 192.168.0.1\n", "twice"},
    {"the placeholder of other tools",
     "servers:\n  web:\n    - «<IP-ADDRESS>»\n  job:\n    hosts:\n      - 10.0.0.6\n"},
    {"a placeholder in words", "servers:\n  web:\n    - «YOUR_SERVER_IP»\n  job:\n    - 10.0.0.6\n"},
    {"a host name as the only host", "servers:\n  web:\n    - «app.example.com»\n"},
    {"one host in two roles",
     "servers:\n  web:\n    - «192.168.0.1»\n  job:\n    hosts:\n      - «192.168.0.1»\n    cmd: bin/jobs\n"},
    {"two roles, two hosts", "servers:\n  web:\n    - 10.0.0.5\n  job:\n    hosts:\n      - 10.0.0.6\n",
     "--kamal-host"},
    {"two roles, two placeholders", "servers:\n  job:\n    - 0.0.0.0\n  web:\n    - «192.168.0.1»\n"},
    {"another primary role", "primary_role: app\nservers:\n  web:\n    - 192.168.0.1\n  app:\n    - «0.0.0.0»\n"},
    {"two roles, the second's host named", "servers:\n  web: [10.0.0.5]\n  job:\n    hosts: [«10.0.0.6»]\n", "",
     "10.0.0.6"},
    {"a role without hosts", "servers:\n  web:\n    - «10.0.0.5»\n  job:\n"},
    {"a role that shares its list", "servers:\n  web: &w\n    - «192.168.0.1»\n  job: *w\n"},
    {"tags on hosts", "servers:\n  - «192.168.0.1»: experiments\n  - 10.0.0.6: [ experiments, three ]\n"},
    {"an IPv6 host", "servers:\n  - \"2001:db8::1\"\n", "IPv6"},
    {"an IPv6 host beside a placeholder", "servers:\n  - 2001:db8::1\n  - «192.168.0.1»\n"},
    {"user and port", "servers:\n  - deploy@10.0.0.5:2222\n", "more than an address"},
    {"filled in by a script", "servers:\n  - ${SERVER_IP}\n", "filled in"},
    {"filled in by a template", "servers:\n  - \"{{ ip }}\"\n", "filled in"},
    {"escapes in quotes", "servers:\n  - \"10.0.0.\\x35\"\n", "plain text"},
    {"a block text", "servers:\n  - |\n    10.0.0.5\n", "plain text"},
    {"a host over lines", "servers:\n  - 10.0.0.5\n    and more\n", "plain text"},
    {"a text in place of the list", "servers:\n  web: 10.0.0.5\n", "no list"},
    {"the address is there already", "servers:\n  - 203.0.113.77\n", "already"},
    {"the address is there beside a placeholder", "servers:\n  - 192.168.0.1\n  - 203.0.113.77\n", "already"},
    {"servers twice", "servers:\n  - 10.0.0.5\nservers:\n  - 10.0.0.6\n", "YAML"},
    {"an empty list", "servers: []\n", "no host"},
    {"no servers", "service: a\nproxy:\n  host: 192.168.0.1\n", "no servers"},
    {"servers that are not at the top", "x:\n  servers:\n    - 192.168.0.1\n", "no servers"},
    {"the same address in other places",
     "servers:\n  - «10.0.0.5»\nproxy:\n  host: 10.0.0.5\naccessories:\n  db:\n    host: 10.0.0.5\nenv:\n  clear:\n    "
     "HOST: 10.0.0.5\n"},
    {"an empty file", "", "no servers"},
    {"only comments", "# servers:\n#   - 192.168.0.1\n", "no servers"},
    {"no YAML", "servers: [10.0.0.5\n", "YAML"},
    {"a list at the top", "- 10.0.0.5\n", "no servers"},
    {"bytes that are no UTF-8", "service: \xff\xfe\nservers:\n  - 10.0.0.5\n", "it "},
    {"no UTF-8 behind a percent sign", "%\xff\nservers:\n  - 10.0.0.5\n", "UTF-8"},
    {"a zero byte", std::string("servers:\n  - 10.0.0.5\n\0", 24), "no text"},
};

std::string with(std::string text, const std::string* instead) {
    const std::string open = "«", close = "»";
    for (std::size_t at; (at = text.find(open)) != std::string::npos;) {
        const auto end = text.find(close, at);
        const std::string inside = text.substr(at + open.size(), end - at - open.size());
        text.replace(at, end + close.size() - at, instead == nullptr ? inside : *instead);
    }
    return text;
}

}  // namespace

TEST_CASE("in 40 and more files either the address changes or nothing does") {
    REQUIRE(variants.size() >= 40);
    const std::string put = address;
    for (const variant& v : variants) {
        INFO(v.name);
        const std::string before = with(v.text, nullptr), after = with(v.text, &put);
        const auto edit = put_address(before, address, v.instead_of);
        if (before == after) {
            const auto* nothing = std::get_if<unchanged>(&edit);
            CHECK(nothing != nullptr);
            if (nothing == nullptr) continue;
            INFO(nothing->why);
            CHECK(!std::string(v.why).empty());
            CHECK_THAT(nothing->why, contains(std::string(v.why)));
        } else {
            if (const auto* nothing = std::get_if<unchanged>(&edit)) FAIL_CHECK(v.name << ": " << nothing->why);
            const auto* done = std::get_if<changed>(&edit);
            if (done == nullptr) continue;
            CHECK(done->bytes == after);
            // And a second time there is nothing to do.
            const auto again = put_address(done->bytes, address, v.instead_of);
            CHECK(std::get<unchanged>(again).there_already);
        }
    }
}

TEST_CASE("cut off anywhere, a file changes at a host or not at all") {
    for (const variant& v : variants) {
        const std::string text = with(v.text, nullptr);
        for (std::size_t size = 0; size <= text.size(); size += 1 + text.size() / 100) {
            const auto edit = put_address(std::string_view(text).substr(0, size), address, v.instead_of);
            const auto* done = std::get_if<changed>(&edit);
            if (done == nullptr) continue;
            INFO(v.name << " at " << size);
            CHECK(!done->instead.empty());
            CHECK_THAT(done->bytes, contains(std::string(address)));
        }
    }
}

TEST_CASE("only an IPv4 address is put into a file") {
    for (const char* no :
         {"", "2001:db8::1", "host", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", "1..3.4"})
        CHECK(std::holds_alternative<unchanged>(put_address("servers: [10.0.0.5]", no)));
    CHECK(is_ipv4("0.0.0.0"));
    CHECK(is_ipv4("255.255.255.255"));
}

TEST_CASE("a file of any size is answered") {
    std::string many = "servers:\n";
    for (int i = 0; i < 20000; ++i)
        many += "  - 10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250) + "\n";
    CHECK(std::holds_alternative<changed>(put_address(many + "  - 192.168.0.1\n", address)));
    CHECK(std::holds_alternative<unchanged>(put_address(std::string(2 * 1024 * 1024, '#'), address)));
    CHECK(std::holds_alternative<unchanged>(
        put_address("<% " + std::string(900'000, '|') + " %>\nservers: [0.0.0.0]\n", address)));
    CHECK(std::holds_alternative<unchanged>(put_address("servers: " + std::string(50'000, '['), address)));
}

TEST_CASE("the difference is shown with a line around it") {
    CHECK(line_diff("deploy.yml", "a\nb\nc\nd\ne\n", "a\nb\nX\nd\ne\n") ==
          "--- deploy.yml\n+++ deploy.yml\n@@ -2,3 +2,3 @@\n b\n-c\n+X\n d\n");
    CHECK(line_diff("f", "a\r\n\x1b[2Jb", "a\r\n\x1b[2Jc") == "--- f\n+++ f\n@@ -1,2 +1,2 @@\n a\n-[2Jb\n+[2Jc\n");
}
