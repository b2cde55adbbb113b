// SPDX-License-Identifier: MIT
// expect: QtInterlink: a floating service can't have devices, since it moves between threads.
#include <QtInterlink/QtInterlink>

#include <QtCore/QFile>

using namespace QtInterlink;

class Drifting : public Service<Drifting>
{
public:
    static constexpr Affinity affinity = Affinity::Floating;
    void handleStream(QByteArray) { }
};

void use(ServiceContext<Drifting> &context, QFile *file)
{
    context.attachStream(file, LineFramer());
}
