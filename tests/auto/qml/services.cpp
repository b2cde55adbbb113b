// SPDX-License-Identifier: MIT
#include "services.h"

namespace TestServices {

QtInterlink::QmlLink exported(const Link<Counter> &link)
{
    return QtInterlink::QmlLink::create<Add, Reset, Fail, Wait, Release, Everything, Points, Histogram, Itself, QString>(
            link);
}

QtInterlink::QmlLink Counter::handle(Itself, ServiceContext<Counter> &context)
{
    return exported(context.link());
}

} // namespace TestServices
