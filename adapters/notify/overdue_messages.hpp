// What a provider is told of contracts that take longer than usual, and when they do not any more. Pure. The sentences
// are those of engine/service/reasons.hpp, with everything taken out that is not plain text.
#pragma once

#include "adapters/notify/messages.hpp"
#include "engine/service/overdue_watch.hpp"

namespace slipway::notify {

// `news.about` is not empty.
message tell(const service::overdue_news& news);

}  // namespace slipway::notify
