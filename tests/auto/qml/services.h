// SPDX-License-Identifier: MIT
#ifndef SERVICES_H
#define SERVICES_H

// The service that the QML tests talk to, and the messages of all kinds that it takes.

#include "testsupport.h"

#include <QtCore/QDateTime>
#include <QtCore/QUrl>
#include <QtInterlinkQml/QmlLink>

namespace TestServices {

class Point
{
    Q_GADGET
    Q_PROPERTY(int x MEMBER x)
    Q_PROPERTY(int y MEMBER y)
public:
    int x = 0;
    int y = 0;
    friend bool operator==(const Point &a, const Point &b) { return a.x == b.x && a.y == b.y; }
};

class Add
{
    Q_GADGET
    Q_PROPERTY(int amount MEMBER amount)
    Q_PROPERTY(QString note MEMBER note)
public:
    using Response = int;
    int amount = 0;
    QString note;
};

class Reset
{
    Q_GADGET
};

class Fail
{
    Q_GADGET
    Q_PROPERTY(QString text MEMBER text)
public:
    using Response = int;
    QString text;
};

// Is answered by what Release brings; dropped when the service stops.
class Wait
{
    Q_GADGET
    Q_PROPERTY(int number MEMBER number)
public:
    using Response = int;
    int number = 0;
};
class Release
{
    Q_GADGET
};

class Everything
{
    Q_GADGET
    Q_PROPERTY(bool flag MEMBER flag)
    Q_PROPERTY(qint8 tiny MEMBER tiny)
    Q_PROPERTY(quint16 small MEMBER small)
    Q_PROPERTY(qint64 large MEMBER large)
    Q_PROPERTY(quint64 huge MEMBER huge)
    Q_PROPERTY(double real MEMBER real)
    Q_PROPERTY(float single MEMBER single)
    Q_PROPERTY(QString text MEMBER text)
    Q_PROPERTY(QStringList texts MEMBER texts)
    Q_PROPERTY(TestServices::Point point MEMBER point)
    Q_PROPERTY(QList<TestServices::Point> points MEMBER points)
    Q_PROPERTY(QList<int> numbers MEMBER numbers)
    Q_PROPERTY(QMap<QString, int> counts MEMBER counts)
    Q_PROPERTY(QVariant any MEMBER any)
    Q_PROPERTY(QVariantList list MEMBER list)
    Q_PROPERTY(QVariantMap map MEMBER map)
    Q_PROPERTY(TestServices::Everything::Color color MEMBER color)
    Q_PROPERTY(TestServices::Everything::Options options MEMBER options)
    Q_PROPERTY(QDateTime when MEMBER when)
    Q_PROPERTY(QUrl where MEMBER where)
    Q_PROPERTY(QByteArray bytes MEMBER bytes)
    Q_PROPERTY(QtInterlink::QmlLink link MEMBER link)
public:
    enum class Color { Red, Green = 5, Blue };
    Q_ENUM(Color)
    enum Option { Bold = 1, Italic = 2 };
    Q_DECLARE_FLAGS(Options, Option)
    Q_FLAG(Options)

    using Response = Everything;
    bool flag = false;
    qint8 tiny = 0;
    quint16 small = 0;
    qint64 large = 0;
    quint64 huge = 0;
    double real = 0;
    float single = 0;
    QString text;
    QStringList texts;
    Point point;
    QList<Point> points;
    QList<int> numbers;
    QMap<QString, int> counts;
    QVariant any;
    QVariantList list;
    QVariantMap map;
    Color color = Color::Red;
    Options options;
    QDateTime when;
    QUrl where;
    QByteArray bytes;
    QtInterlink::QmlLink link;
};

// ---- what is published ----

class Row
{
    Q_GADGET
    Q_PROPERTY(int id MEMBER id)
    Q_PROPERTY(QString name MEMBER name)
public:
    int id = 0;
    QString name;
    friend bool operator==(const Row &a, const Row &b) { return a.id == b.id && a.name == b.name; }
};
class Board
{
    Q_GADGET
    Q_PROPERTY(int version MEMBER version)
    Q_PROPERTY(QString title MEMBER title)
    Q_PROPERTY(QList<TestServices::Row> rows MEMBER rows)
public:
    int version = 0;
    QString title;
    QList<Row> rows;
};
class Load
{
    Q_GADGET
    Q_PROPERTY(double percent MEMBER percent)
public:
    double percent = 0;
};
// Publishes a Board whose rows are made of "id" or "id:name".
class Publish
{
    Q_GADGET
    Q_PROPERTY(QString title MEMBER title)
    Q_PROPERTY(QStringList rows MEMBER rows)
public:
    using Response = int;
    QString title;
    QStringList rows;
};
class PublishLoad
{
    Q_GADGET
    Q_PROPERTY(double percent MEMBER percent)
public:
    double percent = 0;
};
// Publishes many.
class Flood
{
    Q_GADGET
    Q_PROPERTY(int count MEMBER count)
public:
    using Response = int;
    int count = 0;
};

// Goes on for that many steps, until it is cancelled.
class Work
{
    Q_GADGET
    Q_PROPERTY(int steps MEMBER steps)
public:
    using Response = int;
    int steps = 0;
};
class CanceledCount
{
    Q_GADGET
public:
    using Response = int;
};

class Points
{
    Q_GADGET
    Q_PROPERTY(int count MEMBER count)
public:
    using Response = QList<Point>;
    int count = 0;
};
class Histogram
{
    Q_GADGET
public:
    using Response = QMap<QString, Point>;
};
class Itself
{
    Q_GADGET
public:
    using Response = QtInterlink::QmlLink;
};

class Counter : public Service<Counter>
{
public:
    int handle(Add message)
    {
        total += message.amount;
        return total;
    }
    void handle(Reset) { total = 0; }
    int handle(Fail message) { throw std::runtime_error(message.text.toStdString()); }
    QFuture<int> handle(Wait message)
    {
        auto promise = std::make_shared<QPromise<int>>();
        promise->start();
        waiting.push_back({message.number, promise});
        return promise->future();
    }
    void handle(Release)
    {
        for (auto &[number, promise] : std::exchange(waiting, {})) {
            promise->addResult(number);
            promise->finish();
        }
    }
    int handle(Publish message, ServiceContext<Counter> &context);
    void handle(PublishLoad message, ServiceContext<Counter> &context) { context.publish(Load{message.percent}); }
    int handle(Flood message, ServiceContext<Counter> &context);
    Reply<int> handle(Work message, ServiceContext<Counter> &context);
    int handle(CanceledCount) { return canceled; }
    Everything handle(Everything message)
    {
        last = message;
        return message;
    }
    QList<Point> handle(Points message)
    {
        QList<Point> points;
        for (int i = 0; i < message.count; ++i)
            points.append({i, -i});
        return points;
    }
    QMap<QString, Point> handle(Histogram) { return {{QStringLiteral("a"), {1, 2}}}; }
    QtInterlink::QmlLink handle(Itself, ServiceContext<Counter> &context);
    void handle(QString text) { total = int(text.size()); }
    ErrorAction handleError(std::exception_ptr) { return ErrorAction::Continue; }

    int total = 0;
    int canceled = 0;
    Everything last;

private:
    Task<int> work(int steps, ServiceContext<Counter> &context);

    Board board;
    std::vector<std::pair<int, std::shared_ptr<QPromise<int>>>> waiting;
    Live m_live;
};

QtInterlink::QmlLink exported(const Link<Counter> &link);

} // namespace TestServices

#endif
