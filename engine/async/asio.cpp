// The one translation unit that holds Boost.Asio's implementation; see the defines in the top-level meson.build.
#include <boost/asio/impl/src.hpp>
