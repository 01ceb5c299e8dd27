"""Made-up files for each rule of rules.py, by the name of its function: such that must not pass, such that must.

A rule over one file gets (path, text) pairs, a rule over all files whole little repositories.
"""

EXAMPLES = {
    "arrows": ((
        ("engine/runtime/a.cpp", '#include "adapters/net/tls.hpp"\n'),
        ("engine/model/a.hpp", '#include "engine/ports/clock.hpp"\n'),
        ("engine/ports/a.hpp", '#include "engine/runtime/engine.hpp"\n'),
        ("adapters/hetzner/a.cpp", '#include "adapters/ssh/session.hpp"\n'),
        ("adapters/hetzner/a.cpp", '#include "tests/support/catch.hpp"\n'),
        ("adapters/hetzner/a.cpp", '#include "../net/tls.hpp"\n'),
        ("subprojects/sml/include/sml/a.hpp", '#include "engine/base/error.hpp"\n'),
        ("tools/slipway-log/a.cpp", '#include "tools/hetzner-sim/project.hpp"\n'),
        ("engine/base/a.hpp", '#include "engine/model/ids.hpp"\n'),
        ("engine/model/a.hpp", '#include "engine/async/wakeup.hpp"\n'),
        ("engine/ports/a.hpp", '#include "engine/machines/vm.hpp"\n'),
        ("engine/service/a.cpp", '#include "adapters/hetzner/client.hpp"\n'),
        ("adapters/net/a.cpp", '#include "adapters/api/handler.hpp"\n'),
        ("adapters/api/a.cpp", '#include "adapters/composition/configuration.hpp"\n'),
        ("adapters/simulated/a.cpp", '#include "adapters/hetzner/client.hpp"\n'),
        ("adapters/cli/a.cpp", '#include "adapters/sqlite/reader.hpp"\n'),
        ("adapters/daemon/a.cpp", '#include "adapters/cli/terminal.hpp"\n'),
        ("tools/slipway-log/a.cpp", '#include "adapters/sqlite/reader.hpp"\n'),
        ("adapters/composition/a.cpp", '#include "adapters/daemon/serve.hpp"\n'),
    ), (
        ("adapters/composition/a.cpp", '#include "adapters/sqlite/log.hpp"\n#include "adapters/api/handler.hpp"\n'),
        ("adapters/api/a.cpp", '#include "engine/service/service.hpp"\n#include "engine/base/digest.hpp"\n'),
        ("tools/slipway-simulate/a.cpp", '#include "adapters/simulated/ports.hpp"\n'),
        ("adapters/hetzner/a.cpp", '#include "adapters/net/tls.hpp"\n#include "engine/ports/cloud.hpp"\n'),
        ("adapters/cli/a.cpp", '#include "adapters/ssh/session.hpp"\n'),
        ("engine/runtime/a.cpp", '#include "engine/machines/vm.hpp"\n#include <sml/sml.hpp>\n'),
    )),
    "purity": ((
        ("engine/model/a.hpp", "#include <boost/asio/awaitable.hpp>\n"),
        ("engine/machines/a.cpp", "#include <mutex>\n"),
        ("engine/model/a.cpp", "auto t = std::chrono::system_clock::now();\n"),
        ("engine/model/a.cpp", "#include <sqlite3.h>\n"),
        ("subprojects/sml/include/sml/a.hpp", "#include <thread>\n"),
        ("engine/machines/a.hpp", "#include <asio.hpp>\n"), ("engine/machines/a.hpp", "#include <random>\n"),
        ("engine/machines/a.hpp", "#include <pqxx/pqxx>\n"), ("engine/model/a.hpp", "#include <fstream>\n"),
        ("engine/model/a.cpp", "timespec t; clock_gettime(CLOCK_REALTIME, &t);\n"),
        ("engine/model/a.cpp", "auto t = std::time(&now);\n"), ("engine/machines/a.cpp", "std::mt19937 g(1);\n"),
        ("engine/machines/a.cpp", "thread_local int n;\n"), ("engine/machines/a.cpp", "auto home = std::getenv(s);\n"),
    ), (
        ("engine/model/a.cpp", '#include <chrono>\n#include <string>\n// not a call: system_clock::now()\n'),
        ("engine/model/a.cpp", "auto at = e.time(); auto lifetime(0); clock.gettime();\n"),
    )),
    "engine_clock": ((
        ("engine/runtime/a.cpp", "auto t = std::chrono::system_clock::now();\n"),
        ("engine/runtime/a.cpp", "std::random_device d;\n"),
        ("engine/ports/a.hpp", "auto t = std::chrono::steady_clock::now();\n"),
        ("engine/runtime/a.cpp", "getrandom(bytes, 16, 0);\n"),
    ), (
        ("engine/runtime/a.cpp", "auto t = clock.now();\n"),
    )),
    "banned_calls": ((
        ("engine/a.cpp", 'std::system("ls");\n'), ("tests/a.cpp", 'auto f = popen("ls", "r");\n'),
        ("adapters/a.cpp", "strcpy(a, b);\n"), ("adapters/a.cpp", "sprintf(a, b);\n"),
        ("adapters/a.cpp", "int x = std::rand();\n"), ("adapters/a.cpp", "int x = atoi(s);\n"),
        ("adapters/a.cpp", "strncpy(a, b, 3);\n"), ("engine/a.cpp", "std::sscanf(text, format, &n);\n"),
        ("adapters/a.cpp", "auto* p = std::malloc(3);\n"), ("adapters/a.cpp", "auto f = std::async(work);\n"),
        ("adapters/a.cpp", "std::thread(work).detach();\n"), ("adapters/a.cpp", "if (::fork() == 0) work();\n"),
        ("adapters/a.cpp", 'setenv("A", "b", 1);\n'), ("tests/a.cpp", 'setenv("A", "b", 1);\n'),
        ("adapters/daemon/a.cpp", "std::exit(1);\n"), ("engine/a.cpp", "if (setjmp(back)) return;\n"),
        ("tests/a.cpp", "std::system(command);\n"), ("tools/hetzner-sim/project.cpp", "fork();\n"),
    ), (
        ("adapters/a.cpp", 'boost::system::error_code e; std::snprintf(a, 3, "strcpy("); x.system(); operand(3);\n'),
        ("adapters/a.cpp", "EVP_MD_free(d); return app.exit(e); co_spawn(loop, f(), asio::detached); s.free(x);\n"),
        ("tests/a.cpp", "if (fork() == 0) _exit(0);\n"),
    )),
    "script_calls": ((
        ("tests/a.py", 'os.system("ls")\n'), ("tests/a.py", 'subprocess.run("ls", shell=True)\n'),
        ("tests/a.py", "eval(text)\n"), ("tools/a.py", "pickle.loads(data)\n"),
    ), (
        ("tests/a.py", "subprocess.run([program]); re.compile(x); database.execute(y); literal_eval(z)\n"),
    )),
    "raw_new": ((
        ("engine/a.cpp", "auto* p = new thing(1);\n"), ("engine/a.cpp", "delete p;\n"),
        ("engine/a.cpp", "auto* p = new std::string;\n"), ("engine/a.cpp", "delete[] p;\n"),
        ("tests/a.cpp", "auto* p = new thing(1);\n"), ("subprojects/sml/include/sml/a.hpp", "delete p;\n"),
    ), (
        ("engine/a.cpp", "return std::unique_ptr<log>(new log(std::move(x)));\n"),
        ("engine/a.cpp", "std::unique_ptr<log> out(new log);\n"),
        ("engine/a.cpp", 'a(const a&) = delete;\n// a new thing\nconst char* s = "new thing";\nint n = new_size;\n'),
    )),
    "sleeping": ((
        ("tests/a.cpp", "std::this_thread::sleep_for(1s);\n"), ("engine/a.cpp", "usleep(5);\n"),
        ("engine/a.cpp", "f(); sleep(1);\n"), ("tests/a.cpp", "while (!done) usleep(200'000);\n"),
        ("adapters/a.cpp", "while (!done) std::this_thread::sleep_for(5ms);\n"),
        ("tests/a.cpp", "void f() { while (!a) { look(); }\n  std::this_thread::sleep_for(5ms); }\n"),
        ("tests/a.cpp", "std::this_thread::sleep_for(5ms);\n"),
        ("tests/a.cpp", "while (std::chrono::steady_clock::now() < end) {}\n"),
        ("tests/a.cpp", "::poll(nullptr, 0, 500);\n"), ("tests/a.cpp", "select(0, nullptr, nullptr, nullptr, &time);\n"),
        ("tests/a.cpp", "asio::steady_timer t(loop, 1s);\nt.wait();\n"),
        ("tests/a.py", "time.sleep(2)\n"), ("tests/a.py", "time.sleep(0.02)\n"),
        ("tests/a.py", "while not done():\n    time.sleep(2)\n"),
        ("tests/a.py", "for _ in range(100):\n    time.sleep(0.1)\n"),
        ("tests/a.py", "while not done():\n    def f():\n        time.sleep(0.1)\n"),
        ("tests/a.py", "while True:\n    time.sleep(seconds)\n    break\n"),
        ("tests/a.py", "from time import sleep\n"), ("tests/a.py", "threading.Event().wait(3)\n"),
        ("tests/a.py", "select.select([], [], [], 3)\n"), ("tests/a.py", "signal.pause()\n"),
    ), (
        ("tests/a.cpp", 'co_await clock.sleep(d); const char* recipe = "sleep(3)"; // sleep_for(1s)\n'),
        ("tests/a.py", "while not done():\n    time.sleep(0.02)\n"),
        ("tests/a.py", "for _ in range(9):\n    if done():\n        break\n    time.sleep(0.02)\n"),
        ("tests/a.py", 'recipe = "sleep 5"\nhouse.wait("c-1", "active")\nevent.wait(3)\n'),
        ("tests/a.cpp", "for (int i = 0; i < 9 && !f(milliseconds{1}); ++i) std::this_thread::sleep_for(5ms);\n"),
        ("tests/a.cpp", "do {\n  if (x) { y(); }\n  ::usleep(10'000);\n} while (!done());\nco_await sleep_until(t, u);\n"),
        ("tests/a.cpp", "poll(&ready, 1, 20'000); context.poll(); asio::steady_timer t(loop, 1s); t.async_wait(f);\n"),
    )),
    "host_keys": ((
        ("tools/a", "#!/bin/bash\nssh -o StrictHostKeyChecking=no x\n"),
        ("adapters/a.cpp", 'args.push_back("UserKnownHostsFile=/dev/null");\n'),
    ), (
        ("tools/a", "ssh -o StrictHostKeyChecking=yes x\n"),
    )),
    "fixed_ports": ((
        ("tests/a.cpp", "acceptor a(io, tcp::endpoint(address, 8080));\n"), ("tests/a.py", 's.bind(("", 8080))\n'),
        ("tests/a.py", '["--listen", x]; "--listen 127.0.0.1:8080"\n'),
    ), (
        ("tests/a.cpp", 'tcp::endpoint(address, 0); CHECK(parse("http://localhost:8080").port == 8080);\n'),
    )),
    "length": ((
        ("engine/a.cpp", "int x;\n" * 401),
    ), (
        ("engine/a.cpp", "int x;\n" * 400),
    )),
    "left_over": ((
        ("engine/a.cpp", "// TODO: later\n"), ("tools/a", "# FIXME\n"),
    ), (
        ("tools/a", "mktemp -d slipway.XXXXXX\n"),
    )),
    "own_machine": ((
        ("engine/a.cpp", 'auto p = "/home/anna/slipway";\n'), ("README.md", "see /builds/main\n"),
    ), (
        ("engine/a.cpp", 'auto p = "/home/user/.ssh"; auto q = "/root/.ssh/authorized_keys"; // clone/builds/x\n'),
    )),
    "header_opening": ((
        ("engine/a.hpp", "#pragma once\n"), ("engine/a.hpp", "// What it is.\nint x;\n"),
    ), (
        ("engine/a.hpp", "// What it is.\n#pragma once\n"),
    )),
    "catch_by_the_shim": ((
        ("tests/a.cpp", "#include <catch2/catch.hpp>\n"),
    ), (
        ("tests/a.cpp", '#include "tests/support/catch.hpp"\n'),
    )),
    "shell_script": ((
        ("tools/run", "#!/bin/bash\nls\n"),
    ), (
        ("tools/run", "#!/bin/bash\nset -euo pipefail\n"),
    )),
    "wired": ((
        {"meson.build": "subdir('a')", "a/meson.build": "x('b.cpp')", "a/b.cpp": "", "a/c.cpp": ""},
        {"meson.build": "", "a/meson.build": "x('b.cpp')", "a/b.cpp": ""},
        {"meson.build": "subdir('tests')", "tests/meson.build": "", "tests/a_test.py": ""},
    ), (
        {"meson.build": "subdir('a/b')", "a/b/meson.build": "x('c.cpp', 'd/e.cpp')", "a/b/c.cpp": "", "a/b/d/e.cpp": ""},
        {"meson.build": "foreach n : ['b']  x('a' / n + '.cpp')", "a/b.cpp": ""},
    )),
    "migrations": ((
        {"schema/sqlite/0001_first.sql": "", "schema/sqlite/0003_third.sql": ""},
        {"schema/sqlite/0001_first.sql": "", "schema/sqlite/0001_again.sql": ""},
        {"schema/sqlite/first.sql": ""},
    ), (
        {"schema/sqlite/0001_first.sql": "", "schema/sqlite/0002_second.sql": "", "schema/postgres/0001_first.sql": ""},
    )),
    "stems": ((
        {"engine/ports/a.hpp": "", "adapters/sqlite/a.cpp": ""},
        {"engine/base/text.hpp": "", "tools/slipway-log/text.cpp": ""},
    ), (
        {"engine/ports/a.hpp": "", "adapters/sqlite/b.hpp": "", "adapters/sqlite/b.cpp": "", "tests/engine/a.cpp": ""},
        {"tools/x/main.cpp": "", "adapters/cli/main.cpp": ""},
    )),
    "clashes": ((
        {"tools/x/a.cpp": "namespace {\nconstexpr int most = 1;\n}  // namespace\n",
         "tools/x/b.cpp": "namespace {\nconstexpr int most = 2;\n}  // namespace\n"},
        {"engine/base/a.cpp": "namespace {\nint twice(int x) {\n}\n}  // namespace\n",
         "engine/base/b.cpp": "namespace {\nint twice(int of) {\n}\n}  // namespace\n"},
        {"engine/base/a.cpp": "namespace {\nstruct lost {\n};\n}  // namespace\n",
         "engine/base/b.cpp": "namespace {\nclass lost {\n};\n}  // namespace\n"},
        {"engine/base/a.cpp": "namespace {\nusing words = int;\n}  // namespace\n",
         "engine/base/b.cpp": "namespace {\nint words(int of) {\n}\n}  // namespace\n"},
        {"tests/engine/a.cpp": "namespace {\nusing words = int;\n}  // namespace\n",
         "tests/engine/b.cpp": "namespace {\nusing words = long;\n}  // namespace\n"},
    ), (
        {"engine/base/a.cpp": "namespace {\nint twice(int x) {\n}\n}  // namespace\n",
         "engine/base/b.cpp": "namespace {\nint twice(double x) {\n    constexpr int most = 1;\n}\n}  // namespace\n"},
        {"engine/base/a.cpp": "namespace {\nusing words = int;\n}  // namespace\n",
         "engine/base/b.cpp": "namespace {\nusing words = int;\n}  // namespace\n"},
        {"engine/base/a.cpp": "namespace {\nconstexpr int most = 1;\n}  // namespace\n",
         "engine/model/b.cpp": "namespace {\nconstexpr int most = 2;\n}  // namespace\n"},
    )),
}
