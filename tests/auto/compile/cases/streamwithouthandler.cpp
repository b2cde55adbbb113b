// SPDX-License-Identifier: MIT
// expect: QtInterlink: the service has no handler for this stream's items.
#include <QtInterlink/QtInterlink>

#include <QtCore/QTimer>

using namespace QtInterlink;

class Reader : public Service<Reader>
{
public:
    void handleStream(std::tuple<int, int>) { }
};

void use(ServiceContext<Reader> &context, QTimer *timer)
{
    context.attachStream(timer, &QTimer::timeout);
}
