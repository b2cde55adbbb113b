// SPDX-License-Identifier: MIT
#include "services.h"

namespace TestServices {

QtInterlink::QmlLink exported(const Link<Counter> &link)
{
    return QtInterlink::QmlLink::create<Add, Reset, Fail, Wait, Release, Everything, Points, Histogram, Itself, QString,
                                        Publish, PublishLoad, Flood, Work, CanceledCount>(link)
            .withStates<Board, Load>();
}

QtInterlink::QmlLink Counter::handle(Itself, ServiceContext<Counter> &context)
{
    return exported(context.link());
}

int Counter::handle(Publish message, ServiceContext<Counter> &context)
{
    ++board.version;
    board.title = message.title;
    board.rows.clear();
    for (const QString &row : std::as_const(message.rows))
        board.rows.append({row.section(u':', 0, 0).toInt(), row.section(u':', 1)});
    context.publish(board);
    return board.version;
}

int Counter::handle(Flood message, ServiceContext<Counter> &context)
{
    for (int i = 0; i < message.count; ++i) {
        ++board.version;
        context.publish(board);
    }
    return board.version;
}

Reply<int> Counter::handle(Work message, ServiceContext<Counter> &context)
{
    return context.spawn(work(message.steps, context));
}

Task<int> Counter::work(int steps, ServiceContext<Counter> &context)
{
    for (int i = 0; i < steps; ++i) {
        if (context.isCanceled()) {
            ++canceled;
            co_return -1;
        }
        context.progress(i, steps);
        co_await context.sleep(2ms);
    }
    co_return steps;
}

} // namespace TestServices
