// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_LOGGING_H
#define QTINTERLINK_LOGGING_H

#include <QtCore/QLoggingCategory>

namespace QtInterlink::detail {

Q_DECLARE_LOGGING_CATEGORY(lcInterlink) // "qt.interlink"

} // namespace QtInterlink::detail

#endif
