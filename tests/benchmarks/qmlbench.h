// SPDX-License-Identifier: MIT
#ifndef QMLBENCH_H
#define QMLBENCH_H

#include "measure.h"

#include <QtInterlink/QtInterlink>
#include <QtInterlinkQml/QmlLink>

#include <QtCore/QCoreApplication>
#include <QtCore/QElapsedTimer>
#include <QtCore/QObject>
#include <QtCore/QThread>
#include <QtCore/QTimer>

#include <chrono>
#include <cstdio>

using namespace QtInterlink;

// ---- what is published and asked ----

class Load
{
    Q_GADGET
    Q_PROPERTY(double number MEMBER number)
    Q_PROPERTY(double percent MEMBER percent)
    Q_PROPERTY(double sentAt MEMBER sentAt)
public:
    double number = 0;
    double percent = 0;
    double sentAt = 0;
};

class Add
{
    Q_GADGET
    Q_PROPERTY(int amount MEMBER amount)
public:
    using Response = int;
    int amount = 0;
};

struct Flood
{
    using Response = quint64;
    int seconds;
    int rate;
};

// ---- with services ----

class Monitor : public Service<Monitor>
{
public:
    int handle(Add message) { return total += message.amount; }
    Reply<quint64> handle(Flood message, ServiceContext<Monitor> &context)
    {
        return context.spawn(publish(message.seconds, message.rate, context));
    }

private:
    Task<quint64> publish(int seconds, int rate, ServiceContext<Monitor> &context)
    {
        const Pace pace(rate);
        quint64 published = 0;
        while (pace.seconds() < seconds) {
            for (const quint64 due = pace.due(); published < due; ++published)
                context.publish(Load{double(published), 50, double(nowInNanoseconds())});
            co_await context.sleep(std::chrono::milliseconds(1));
        }
        co_return published;
    }

    int total = 0;
};

// ---- in plain Qt ----

class PlainWorker : public QObject
{
    Q_OBJECT
public Q_SLOTS:
    void ask(int id, int amount) { Q_EMIT answered(id, total += amount); }
    void tell(int amount) { total += amount; }
    void flood(int seconds, int rate)
    {
        auto *const timer = new QTimer(this);
        connect(timer, &QTimer::timeout, this,
                [this, timer, seconds, pace = Pace(rate), published = quint64(0)]() mutable {
                    for (const quint64 due = pace.due(); published < due; ++published)
                        Q_EMIT changed({double(published), 50, double(nowInNanoseconds())});
                    if (pace.seconds() >= seconds) {
                        timer->deleteLater();
                        Q_EMIT flooded(published);
                    }
                });
        timer->start(1);
    }

Q_SIGNALS:
    void answered(int id, int total);
    void changed(const Load &load);
    void flooded(quint64 published);

private:
    int total = 0;
};

class Plain : public QObject
{
    Q_OBJECT
    Q_PROPERTY(Load value READ value NOTIFY valueChanged)
public:
    Plain()
    {
        auto *const worker = new PlainWorker;
        worker->moveToThread(&m_thread);
        connect(&m_thread, &QThread::finished, worker, &QObject::deleteLater);
        connect(this, &Plain::ask, worker, &PlainWorker::ask);
        connect(this, &Plain::tell, worker, &PlainWorker::tell);
        connect(this, &Plain::flood, worker, &PlainWorker::flood);
        connect(worker, &PlainWorker::answered, this, &Plain::answered);
        connect(worker, &PlainWorker::flooded, this, &Plain::flooded);
        connect(worker, &PlainWorker::changed, this, [this](const Load &load) {
            m_value = load;
            Q_EMIT valueChanged();
        });
        m_thread.start();
    }
    ~Plain() override
    {
        m_thread.quit();
        m_thread.wait();
    }
    Load value() const { return m_value; }

Q_SIGNALS:
    void ask(int id, int amount);
    void tell(int amount);
    void flood(int seconds, int rate);
    void answered(int id, int total);
    void valueChanged();
    void flooded(quint64 published);

private:
    QThread m_thread;
    Load m_value;
};

// ---- the clock of the costs ----

class Bench : public QObject
{
    Q_OBJECT
public:
    Q_INVOKABLE void begin(const QString &name)
    {
        m_name = name;
        m_clock.start();
    }
    Q_INVOKABLE void report(int n)
    {
        std::printf("{\"case\":\"%s\",\"n\":%d,\"ns_per_op\":%.0f}\n", qPrintable(m_name), n,
                    double(m_clock.nsecsElapsed()) / n);
        std::fflush(stdout);
    }
    Q_INVOKABLE void end() { QMetaObject::invokeMethod(qApp, &QCoreApplication::quit, Qt::QueuedConnection); }

private:
    QString m_name;
    QElapsedTimer m_clock;
};

#endif
