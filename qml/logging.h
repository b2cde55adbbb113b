// SPDX-License-Identifier: MIT
#ifndef LOGGING_H
#define LOGGING_H

#include <QtCore/QLoggingCategory>

namespace QtInterlink::detail {

Q_DECLARE_LOGGING_CATEGORY(qmlLog)

} // namespace QtInterlink::detail

#endif
