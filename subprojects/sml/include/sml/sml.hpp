// SML notation for event sourcing: includes everything. README.md has the examples.
#pragma once

#include "sml/machine.hpp"
#include "sml/named.hpp"
#include "sml/render.hpp"
#include "sml/sm.hpp"
