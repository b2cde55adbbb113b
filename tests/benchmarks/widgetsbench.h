// SPDX-License-Identifier: MIT
#ifndef WIDGETSBENCH_H
#define WIDGETSBENCH_H

#include "measure.h"

#include <QtInterlink/QtInterlink>

#include <QtCore/QThread>
#include <QtGui/QPainter>
#include <QtWidgets/QWidget>

#include <atomic>
#include <functional>
#include <utility>
#include <vector>

using namespace QtInterlink;

// What the flood consists of.
struct Tick
{
    quint64 number;
    qint64 sentAt;
};

class Count
{
    Q_GADGET
    Q_PROPERTY(quint64 number MEMBER number)
public:
    quint64 number = 0;
    qint64 sentAt = 0;
};

// Calls a function so many times a second, in bursts of a millisecond, until it is destroyed.
class Flood : public QThread
{
public:
    Flood(int rate, std::function<void(quint64)> function) : m_rate(rate), m_function(std::move(function)) { start(); }
    ~Flood() override { end(); }

    quint64 end()
    {
        m_over = true;
        wait();
        return m_sent;
    }

private:
    void run() override
    {
        const Pace pace(m_rate);
        while (!m_over) {
            const quint64 due = pace.due();
            while (m_sent < due && !m_over)
                m_function(m_sent++);
            usleep(1000);
        }
    }

    const int m_rate;
    const std::function<void(quint64)> m_function;
    std::atomic<bool> m_over{false};
    quint64 m_sent = 0;
};

// A window that shows the last number it was told. The two below differ in how they are told.
class NumberWindow : public QWidget
{
public:
    NumberWindow() { resize(300, 100); }
    void show(quint64 number, qint64 sentAt)
    {
        if (told++ % 64 == 0)
            ages.push_back(double(nowInNanoseconds() - sentAt) / 1e6);
        m_number = number;
        update();
    }

    quint64 told = 0;
    std::vector<double> ages; // milliseconds from the sender to here

protected:
    void paintEvent(QPaintEvent *) override
    {
        QPainter(this).drawText(rect(), Qt::AlignCenter, QString::number(m_number));
    }

private:
    quint64 m_number = 0;
};

class ServiceWindow : public NumberWindow, public Service<ServiceWindow>
{
public:
    ServiceWindow() { QWidget::show(); }
    void handle(Tick tick) { NumberWindow::show(tick.number, tick.sentAt); }
};

class SignalWindow : public NumberWindow
{
    Q_OBJECT
public:
    SignalWindow()
    {
        connect(this, &SignalWindow::ticked, this, &SignalWindow::show, Qt::QueuedConnection);
        QWidget::show();
    }

Q_SIGNALS:
    void ticked(quint64 number, qint64 sentAt);
};

#endif
