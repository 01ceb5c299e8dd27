// error: a table of names has one row per value, in the order of the enum
#include "engine/base/name_table.hpp"

namespace {

enum class mood { calm, busy, tired };

constexpr std::array mood_table{
    slipway::name_row{mood::calm, "calm"},
    slipway::name_row{mood::busy, "busy"},
#ifdef MENDED
    slipway::name_row{mood::tired, "tired"},
#endif
};

}  // namespace

std::string_view first() {
    return slipway::row_in<mood_table>(mood::calm).name;
}
