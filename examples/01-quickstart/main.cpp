// SPDX-License-Identifier: MIT
// Ask and answer: a service, a message, a reply that arrives in this thread.
#include <QtCore/QCoreApplication>
#include <QtCore/QDebug>
#include <QtInterlink/Service>

using namespace QtInterlink;
using namespace Qt::StringLiterals;

// A message is any movable type; Response says what comes back.
struct TextMessage
{
    using Response = QString;
    QString value;
};

// A service owns its state alone: no locks, whatever thread its messages come from.
class Example : public Service<Example>
{
public:
    QString handle(TextMessage message) { return u"Hello, "_s + message.value; }
};

int main(int argc, char *argv[])
{
    QCoreApplication app(argc, argv);
    const Link<Example> link = Example::start(); // constructed on a worker, usable at once

    link.send(TextMessage{u"Example"_s}).then(&app, [](QString text) {
        qInfo().noquote() << "The service says:" << text;
        QCoreApplication::quit();
    });
    return app.exec();
}
