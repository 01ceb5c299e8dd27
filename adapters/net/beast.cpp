// The one translation unit that holds the implementation of Boost.Beast and of Asio's TLS; engine/runtime/asio.cpp
// holds Asio's. See the defines in the top-level meson.build.
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
