// The statement that finds the heads a filter asks for, by the index that spares reading the others.
#pragma once

#include "engine/ports/event_log.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace slipway::sqlite {

struct head_query {
    std::string sql;                       // columns as read_head (reader.cpp) expects them
    std::vector<std::string_view> values;  // of ?1 and so on, in the filter's memory; the limit, if there is one, comes behind
};

head_query query_for(const head_filter& filter);

}  // namespace slipway::sqlite
