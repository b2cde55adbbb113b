// SPDX-License-Identifier: MIT
#ifndef COUNTERELEMENT_H
#define COUNTERELEMENT_H

#include "services.h"

#include <QtInterlinkQml/ServiceElement>

// A service as a QML type of its own.
class CounterElement : public QtInterlink::ServiceElement
{
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(int first MEMBER m_first)

protected:
    QtInterlink::QmlLink startService() override
    {
        const auto counter = TestServices::Counter::start();
        counter.doSend<TestServices::Add>(TestServices::Add{.amount = m_first, .note = {}});
        return TestServices::exported(counter);
    }

private:
    int m_first = 0;
};

#endif
