// SPDX-License-Identifier: MIT
#include <QtCore/QCoreApplication>
#include <QtCore/QString>
#include <QtInterlink/Service>

using namespace QtInterlink;

struct TextMessage
{
    using Response = QString;
    QString value;
};

class Example : public Service<Example>
{
public:
    QString handle(TextMessage message) { return message.value; }
};

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    const Link<Example> link = Example::start();
    int code = 1;
    link.send<TextMessage>(QStringLiteral("installed")).then(&app, [&code](QString text) {
        code = text == QStringLiteral("installed") ? 0 : 1;
        QCoreApplication::quit();
    });
    QCoreApplication::exec();
    return code;
}
