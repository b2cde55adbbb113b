// SPDX-License-Identifier: MIT
#ifndef COLLECTOR_H
#define COLLECTOR_H

#include "work.h"

#include <QtCore/QElapsedTimer>
#include <QtInterlink/Service>

// The only one that writes: whole lines to standard output, problems and progress to standard error.
class Collector : public QtInterlink::Service<Collector>
{
public:
    explicit Collector(bool isChecking) : m_isChecking(isChecking) { }

    void started(QtInterlink::ServiceContext<Collector> &context);

    bool handle(Outcomes outcomes);
    void handle(BytesRead bytes) { m_bytes += bytes.count; }
    Totals handle(Finish);

private:
    QByteArray line(const Outcome &outcome);
    void showProgress();
    void hideProgress();

    bool m_isChecking;
    bool m_hasProgress = false; // whether it is on the screen now
    qint64 m_bytes = 0;
    Totals m_totals;
    QElapsedTimer m_time;
};

// A line on standard error, with the program's name.
void complain(const QByteArray &text);

#endif
