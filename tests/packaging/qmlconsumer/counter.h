// SPDX-License-Identifier: MIT
#ifndef COUNTER_H
#define COUNTER_H

#include <QtInterlink/Service>
#include <QtInterlinkQml/ServiceElement>

class Add
{
    Q_GADGET
    Q_PROPERTY(int amount MEMBER amount)
public:
    using Response = int;
    int amount = 0;
};

class Counter : public QtInterlink::Service<Counter>
{
public:
    explicit Counter(int total) : m_total(total) { }
    int handle(Add message) { return m_total += message.amount; }

private:
    int m_total;
};

class CounterElement : public QtInterlink::ServiceElement
{
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(int first MEMBER m_first)

protected:
    QtInterlink::QmlLink startService() override { return QtInterlink::QmlLink::create<Add>(Counter::start(m_first)); }

private:
    int m_first = 0;
};

#endif
