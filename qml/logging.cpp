// SPDX-License-Identifier: MIT
#include "logging.h"

namespace QtInterlink::detail {

Q_LOGGING_CATEGORY(qmlLog, "qt.interlink.qml", QtInfoMsg)

} // namespace QtInterlink::detail
