// Opt-in for files written for Boost.SML: boost::sml is sml, so `namespace sml = boost::sml;` may stay.
// The directory include-compat adds boost/sml.hpp, which includes this, so that the include may stay too.
#pragma once

#include "sml/sm.hpp"

namespace boost {
namespace sml = ::sml;
}
