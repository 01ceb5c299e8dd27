// What the lint of co_await.query must flag (the lines that say so) and what it must leave alone. Read by
// co_await_test.py, never compiled into anything: GCC 12 miscompiles one half of it, which is the point.
#include <coroutine>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace {

template <class T>
struct task {
    struct promise_type {
        std::optional<T> value;
        task get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void unhandled_exception() { std::terminate(); }
        void return_value(T v) { value = std::move(v); }
    };
    bool await_ready() const noexcept { return true; }
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    T await_resume() const { return T(); }
};

struct options {
    std::string name;
    int size = 0;
};
struct built {
    std::string name;
    explicit built(std::string n) : name(std::move(n)) {}
};
struct runner {
    std::string name;
    task<int> run() const { co_return 1; }
};

task<int> open(options) { co_return 1; }
task<int> open_built(built) { co_return 1; }
task<int> number(int n) { co_return n; }
task<std::string> text(std::string s) { co_return s; }
task<int> spawn(std::function<task<int>()>) { co_return 1; }
template <class F>
task<int> call(F f) {
    co_return f();
}

task<int> unsafe(std::string s, bool yes) {
    co_await open(options{.name = s, .size = 1});                        // flagged
    co_await open({.name = s, .size = 1});                               // flagged
    co_await open({});                                                   // flagged
    co_await spawn([s]() -> task<int> { co_return int(s.size()); });     // flagged
    co_await call([s] { return int(s.size()); });                        // flagged
    co_await [s]() -> task<int> { co_return int(s.size()); }();          // flagged
    co_await text(yes ? s + "x" : std::string("y"));                     // flagged
    auto t = yes ? co_await text(s) : std::string("none");               // flagged
    options o{.name = t, .size = co_await number(1)};                    // flagged
    std::vector<options> all;
    all.push_back(options{s, co_await number(2)});                       // flagged
    co_await runner{s}.run();                                            // flagged
    co_return o.size;
}

task<int> safe(std::string s, bool yes) {
    options o{.name = s, .size = 1};
    co_await open(std::move(o));
    auto job = [s]() -> task<int> { co_return int(s.size()); };
    co_await spawn(std::move(job));
    co_await spawn([&]() -> task<int> { co_return int(s.size()); });
    int k = 4;
    co_await call([k] { return k; });
    co_await open_built(built(s));
    co_await open_built(built{s});
    co_await text(s + "x" + s);
    co_await number(yes ? 1 : 2);
    std::string name;
    if (yes) name = co_await text(s);
    const runner r{s};
    co_await r.run();
    o.size = co_await number(2);
    co_return o.size + (yes ? 1 : 0);
}

}  // namespace

int main() {
    unsafe("a", true);
    safe("b", false);
}
