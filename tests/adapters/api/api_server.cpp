// The API over the house in memory, as a program: tests in other languages talk to it. Prints where it listens, ends
// when its standard input does. api_server [TOKEN]
#include "adapters/api/handler.hpp"
#include "adapters/net/http_server.hpp"
#include "tests/adapters/api/fake_service.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <unistd.h>
#include <csignal>
#include <iostream>

using namespace slipway;

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    boost::asio::io_context loop;
    test::fake_service house;
    std::optional<secret> token;
    if (argc > 1) token.emplace(std::string(argv[1]));
    api::handler_options options;
    options.heartbeat = std::chrono::milliseconds(200);
    options.wrong_token = std::chrono::milliseconds(0);
    api::handler handler(house, std::move(token), options);
    net::http_server server(loop.get_executor(), [&](const net::http_request& request, net::http_caller caller) {
        return handler.handle(request, std::move(caller));
    });
    const auto where = server.listen(*net::parse_listen_address("127.0.0.1:0"));
    if (!where) {
        std::cerr << where.error().message << "\n";
        return 1;
    }
    std::cout << "ready http://" << where->text() << std::endl;
    boost::asio::posix::stream_descriptor input(loop, ::dup(STDIN_FILENO));
    char byte = 0;
    input.async_read_some(boost::asio::buffer(&byte, 1), [&](boost::system::error_code, std::size_t) { loop.stop(); });
    loop.run();
    return 0;
}
