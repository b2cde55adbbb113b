// SPDX-License-Identifier: MIT
// Tell, don't ask: threads report what they did to a service that counts, and nobody waits for it.
#include <QtCore/QCoreApplication>
#include <QtCore/QDebug>
#include <QtCore/QMap>
#include <QtInterlink/Service>

#include <thread>

using namespace QtInterlink;

// A message without a Response: there is nothing to wait for.
struct RequestServed
{
    int status;
    int milliseconds;
};

class Statistics : public Service<Statistics>
{
public:
    void handle(RequestServed request)
    {
        Row &row = m_rows[request.status];
        ++row.count;
        row.milliseconds += request.milliseconds;
    }

    // Called once, after the last message and before the destructor: the place to write a summary.
    void stopping()
    {
        for (auto row = m_rows.cbegin(); row != m_rows.cend(); ++row)
            qInfo().nospace() << row.key() << ": " << row->count << " requests, " << row->milliseconds << " ms";
    }

private:
    struct Row
    {
        int count = 0;
        int milliseconds = 0;
    };
    QMap<int, Row> m_rows;
};

int main(int argc, char *argv[])
{
    QCoreApplication app(argc, argv);
    const Link<Statistics> statistics = Statistics::start();

    // A link works from any thread. doSend() returns at once; it only says whether the message is in the mailbox.
    std::thread server([statistics] {
        for (int i = 0; i < 1000; ++i)
            statistics.doSend<RequestServed>(200, 1);
    });
    statistics.doSend(RequestServed{404, 3});
    server.join();

    statistics.stop(); // queued like a message: all that was sent before is counted
    statistics.stopped().then(&app, [&] {
        qInfo() << "Afterwards:" << statistics.doSend(RequestServed{200, 1});
        QCoreApplication::quit();
    });
    return app.exec();
}
