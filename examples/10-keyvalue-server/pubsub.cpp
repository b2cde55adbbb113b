// SPDX-License-Identifier: MIT
#include "pubsub.h"

#include "connection.h"
#include "resp.h"

using namespace QtInterlink;

QByteArray PubSub::handle(Subscribe request)
{
    m_channels[request.channel].insert(request.subscriber);
    return request.confirmation;
}

QByteArray PubSub::handle(Unsubscribe request)
{
    const auto channel = m_channels.find(request.channel);
    if (channel != m_channels.end() && channel->remove(request.subscriber) && channel->isEmpty())
        m_channels.erase(channel);
    return request.confirmation;
}

QByteArray PubSub::handle(Publish request)
{
    const auto channel = m_channels.constFind(request.channel);
    if (channel == m_channels.constEnd())
        return Resp::integer(0);
    const QByteArray bytes = Resp::bulks({"message", request.channel, request.text});
    qint64 count = 0;
    for (const ConnectionLink &subscriber : *channel) {
        switch (subscriber.doSend(Push{bytes})) {
        case LinkError::NoError:
            ++count;
            break;
        case LinkError::MailboxFull:
            subscriber.stop(); // too slow: what it has missed can't be made up for
            break;
        default: // it is about to unsubscribe
            break;
        }
    }
    return Resp::integer(count);
}
