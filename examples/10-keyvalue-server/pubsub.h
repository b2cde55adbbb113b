// SPDX-License-Identifier: MIT
#ifndef PUBSUB_H
#define PUBSUB_H

#include <QtCore/QByteArray>
#include <QtCore/QHash>
#include <QtCore/QSet>
#include <QtInterlink/Service>

class Connection;
using ConnectionLink = QtInterlink::Link<Connection>;

// The first three are answered by the reply, ready to be sent.
struct Subscribe
{
    using Response = QByteArray;
    QByteArray channel;
    ConnectionLink subscriber;
    QByteArray confirmation; // what to answer when it is done
};
struct Unsubscribe
{
    using Response = QByteArray;
    QByteArray channel;
    ConnectionLink subscriber;
    QByteArray confirmation;
};
struct Publish
{
    using Response = QByteArray;
    QByteArray channel;
    QByteArray text;
};

// Sent to the subscribers: the reply as it goes over the network, made once and shared by all.
struct Push
{
    QByteArray bytes;
};

// Knows who listens to what.
class PubSub : public QtInterlink::Service<PubSub>
{
public:
    static constexpr QtInterlink::Affinity affinity = QtInterlink::Affinity::Floating;

    QByteArray handle(Subscribe request);
    QByteArray handle(Unsubscribe request);
    QByteArray handle(Publish request);

private:
    QHash<QByteArray, QSet<ConnectionLink>> m_channels;
};

#endif
