// Where a PostgreSQL is: what postgresql://… says, understood by libpq itself, with what slipway wants where the URL leaves
// it open. The text that connects may hold a password and goes nowhere but to libpq; people are told place().
//
// A value; any thread.
#pragma once

#include "engine/base/error.hpp"

#include <string>

namespace slipway::postgres {

class server_address {
public:
    // usage, with a sentence that repeats nothing of a password, for what libpq does not understand.
    static result<server_address> parse(const std::string& url);

    const std::string& place() const { return place_; }  // "the database slipway on db.example:5432"
    const std::string& connect_text() const { return connect_text_; }
    bool has_password() const { return has_password_; }

private:
    std::string place_, connect_text_;
    bool has_password_ = false;
};

}  // namespace slipway::postgres
