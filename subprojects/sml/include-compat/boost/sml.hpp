#pragma once

#include "sml/compat.hpp"
