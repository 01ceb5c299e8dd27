// The page's files: whole, typed, known again by their tags, under a policy that lets nothing in from elsewhere.
#include "adapters/web/page_files.hpp"
#include "adapters/web/page_answer.hpp"
#include "engine/machines/states.hpp"
#include "tests/support/catch.hpp"

#include <set>
#include <string>

using namespace slipway;

namespace {

net::http_request asked(const std::string& method, const std::string& target, const std::string& known = {}) {
    net::http_request request;
    request.method = method;
    request.target = target;
    if (!known.empty()) request.headers.push_back(net::http_header{"if-none-match", known});
    return request;
}

std::string header(const net::http_reply& from, const std::string& name) {
    return std::string(net::find_header(from.headers, name).value_or("-"));
}

}  // namespace

TEST_CASE("the page is there for whoever asks, with and without a query") {
    for (const char* target : {"/", "/?view=log&type=activated"}) {
        const auto reply = web::page_answer(asked("GET", target));
        REQUIRE(reply);
        CHECK(reply->status == 200);
        CHECK(reply->body.starts_with("<!doctype html>"));
        CHECK(header(*reply, "Content-Type") == "text/html; charset=utf-8");
    }
    const auto module = web::page_answer(asked("GET", "/web/main.js"));
    REQUIRE(module);
    CHECK(header(*module, "Content-Type") == "text/javascript; charset=utf-8");
    CHECK(web::page_answer(asked("HEAD", "/web/style.css"))->status == 200);
}

TEST_CASE("every file has the strict headers, a tag of its own, and is not sent again to who has it") {
    std::set<std::string> tags;
    for (const web::page_file& file : web::page_files()) {
        INFO(file.path);
        const auto reply = web::page_answer(asked("GET", std::string(file.path)));
        REQUIRE(reply);
        CHECK(reply->body == file.content);
        CHECK(header(*reply, "Content-Security-Policy").starts_with("default-src 'self';"));
        CHECK(header(*reply, "X-Content-Type-Options") == "nosniff");
        CHECK(header(*reply, "Referrer-Policy") == "no-referrer");
        CHECK(header(*reply, "Cache-Control") == "no-cache");
        const std::string tag = header(*reply, "ETag");
        CHECK(tag.size() == 34);
        CHECK(tags.insert(tag).second);
        for (const std::string& known : {tag, "W/" + tag, "\"other\", " + tag, std::string("*")}) {
            const auto again = web::page_answer(asked("GET", std::string(file.path), known));
            CHECK(again->status == 304);
            CHECK(again->body.empty());
            CHECK(header(*again, "ETag") == tag);
        }
        CHECK(web::page_answer(asked("GET", std::string(file.path), "\"other\""))->status == 200);
    }
    CHECK(tags.size() > 10);
}

TEST_CASE("the markup has no script and no style of its own, and names nothing elsewhere") {
    for (const web::page_file& file : web::page_files()) {
        INFO(file.path);
        const std::string_view text = file.content;
        if (file.path == "/") {
            CHECK(text.find("<style") == std::string_view::npos);
            CHECK(text.find(" style=") == std::string_view::npos);
            CHECK(text.find("<script type=\"module\" src=\"/web/main.js\"></script>") != std::string_view::npos);
        }
        CHECK(text.find("innerHTML") == std::string_view::npos);
        CHECK(text.find("https://") == std::string_view::npos);
    }
}

TEST_CASE("what is none of the page's is for others to answer, and nothing can be sent to it") {
    for (const char* target : {"/index.html", "/web", "/web/", "/web/none.js", "/web/../meson.build", "/v1/vms", "", "//"}) {
        INFO(target);
        CHECK_FALSE(web::page_answer(asked("GET", target)));
    }
    for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS"}) {
        const auto refused = web::page_answer(asked(method, "/"));
        REQUIRE(refused);
        CHECK(refused->status == 405);
        CHECK(header(*refused, "Allow") == "GET, HEAD");
    }
}

TEST_CASE("the page knows every state that a VM or contract can be in") {
    const auto words = web::page_answer(asked("GET", "/web/words.js"));
    REQUIRE(words);
    for (const std::string_view state : vm_state_names) {
        INFO(state);
        CHECK(words->body.find("'" + std::string(state) + "'") != std::string::npos);
    }
}
