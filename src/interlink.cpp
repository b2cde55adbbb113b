// SPDX-License-Identifier: MIT
#include <QtInterlink/interlinkglobal.h>

namespace QtInterlink {

static_assert(QTINTERLINK_VERSION >= QT_VERSION_CHECK(0, 1, 0));

} // namespace QtInterlink
