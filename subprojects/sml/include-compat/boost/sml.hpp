// Stands in for Boost.SML's header where a file that was written for it stays inside the subset of sml/sm.hpp.
#pragma once

#include "sml/compat.hpp"
