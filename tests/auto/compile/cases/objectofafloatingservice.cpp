// SPDX-License-Identifier: MIT
// expect: QtInterlink: a floating service has no QObject, since it moves between threads.
#include <QtInterlink/QtInterlink>

using namespace QtInterlink;

class Drifting : public Service<Drifting>
{
public:
    static constexpr Affinity affinity = Affinity::Floating;
    void started(ServiceContext<Drifting> &context) { context.object()->setObjectName(QString()); }
};

void use()
{
    Drifting::start();
}
