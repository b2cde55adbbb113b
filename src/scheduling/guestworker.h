// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_GUESTWORKER_H
#define QTINTERLINK_GUESTWORKER_H

#include "worker.h"

namespace QtInterlink::detail {

// A worker in the event loop of a thread that isn't ours, the GUI thread first of all: for the services placed there
// and for outcomes on their way to its QObjects. There is one a thread, made on demand; it ends with the thread.
class GuestWorker final : public Worker
{
public:
    static std::shared_ptr<Worker> of(QThread *thread);
    static GuestWorker *find(QThread *thread) noexcept; // null if there is none
    static std::vector<std::shared_ptr<GuestWorker>> all();
    static void applicationStarted(); // perhaps another one, in the same thread

    explicit GuestWorker(QThread *thread);

private:
    void threadEnds();
    void ring() noexcept override;

    std::mutex m_ringMutex; // the doorbell goes with the thread
};

} // namespace QtInterlink::detail

#endif
