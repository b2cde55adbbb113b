// SPDX-License-Identifier: MIT
// Subscribers of any kind: services of different types in one container, known only by the message they understand.
#include <QtCore/QCoreApplication>
#include <QtCore/QDebug>
#include <QtCore/QStringList>
#include <QtInterlink/Service>

#include <vector>

using namespace QtInterlink;
using namespace Qt::StringLiterals;

struct Visitor
{
    using Response = QString;
    QString name;
};

class DoorBell : public Service<DoorBell>
{
public:
    QString handle(Visitor visitor)
    {
        qInfo().noquote() << "Ding dong," << visitor.name << "is here";
        return u"the door bell"_s;
    }
};

class Diary : public Service<Diary>
{
public:
    QString handle(Visitor visitor)
    {
        m_pages << visitor.name;
        return u"the diary, page %1"_s.arg(m_pages.size());
    }

private:
    QStringList m_pages;
};

int main(int argc, char *argv[])
{
    QCoreApplication app(argc, argv);
    const Link<DoorBell> broken = DoorBell::start();
    broken.stop();
    broken.stopped().waitForFinished(); // blocks, which is fine in a main() that has nothing else to do

    // They are copied, compared and hashed like values.
    const std::vector<MessageLink<Visitor>> subscribers{
            DoorBell::start().messageLink<Visitor>(),
            Diary::start().messageLink<Visitor>(),
            broken.messageLink<Visitor>(),
    };

    // All have the message before the first answer is asked for.
    std::vector<Reply<QString>> replies;
    for (const MessageLink<Visitor> &subscriber : subscribers)
        replies.push_back(subscriber.send(u"Ann"_s));

    QStringList names;
    for (Reply<QString> &reply : replies) {
        try {
            names << reply.result();
        } catch (const LinkException &e) {
            qInfo() << "One is away:" << e.error(); // it was stopped: Closed
        }
    }
    qInfo().noquote().nospace() << "Delivered to " << names.size() << " of " << replies.size() << ": "
                                << names.join(u", "_s);
    return 0;
}
