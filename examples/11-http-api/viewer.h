// SPDX-License-Identifier: MIT
#ifndef VIEWER_H
#define VIEWER_H

#include "job.h"

#include <QtInterlink/Service>
#include <QtWebSockets/QWebSocket>

#include <memory>

// A page that is open somewhere. It is sent what changes, as fast as it takes it.
class Viewer : public QtInterlink::Service<Viewer>
{
    using Context = QtInterlink::ServiceContext<Viewer>;

public:
    Viewer(std::unique_ptr<QWebSocket> socket, QtInterlink::MessageLink<NextChanges> jobs);

    void started(Context &context);
    void handleStream(const QString &) { } // there is nothing to be told
    QtInterlink::ErrorAction handleError(QtInterlink::StreamError) { return QtInterlink::ErrorAction::Stop; }

private:
    QtInterlink::Task<> push(Context &context);

    std::unique_ptr<QWebSocket> m_socket;
    QtInterlink::MessageLink<NextChanges> m_jobs;
};

#endif
