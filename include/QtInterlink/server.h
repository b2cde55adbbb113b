// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_SERVER_H
#define QTINTERLINK_SERVER_H

#include <QtInterlink/placement.h>

namespace QtInterlink {

/*!
    \class QtInterlink::ServerOptions
    \since 0.1
    How connections are accepted; see ServiceContext::attachServer().
*/
struct ServerOptions
{
    /*! How each connection's service is started; by default on the least loaded worker. */
    StartOptions start = {};
    /*!
        How many connections there may be; 0: no bound. More wait with the server until one ends: a QTcpServer holds
        up to its maxPendingConnections(), the system the rest.
    */
    int maxConnections = 0;
    /*! Stop the service when the server is destroyed. */
    bool stopAtEnd = false;
};

} // namespace QtInterlink

#endif
