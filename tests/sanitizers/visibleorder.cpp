// SPDX-License-Identifier: MIT
// For ThreadSanitizer, which can't look into libraries that are not instrumented. Two of their hand-overs are stood in
// for here, so that it sees the order that they make; suppressions would have to hide what users' code does as well.
#include <QtCore/QRunnable>
#include <QtCore/QThreadPool>

#include <dlfcn.h>

#include <cstdlib>
#include <exception>
#include <mutex>

extern "C" void __tsan_acquire(void *address);
extern "C" void __tsan_release(void *address);

namespace {

template <typename Function>
Function *next(const char *name)
{
    void *const found = dlsym(RTLD_NEXT, name);
    if (!found)
        std::abort();
    return reinterpret_cast<Function *>(found);
}

// ---- exceptions: the count of references to one ----

std::recursive_mutex &countMutex()
{
    static auto *const mutex = new std::recursive_mutex; // recursive: an exception's destructor may end a catch, too
    return *mutex;
}

// ---- thread pools: from start() to run() ----

class OrderedRunnable final : public QRunnable
{
public:
    explicit OrderedRunnable(QRunnable *runnable) : m_runnable(runnable) { __tsan_release(this); }
    ~OrderedRunnable() override
    {
        __tsan_acquire(this);
        if (m_runnable->autoDelete())
            delete m_runnable;
    }
    void run() override
    {
        __tsan_acquire(this);
        m_runnable->run();
        __tsan_release(this);
    }

private:
    QRunnable *const m_runnable;
};

} // namespace

extern "C" __attribute__((visibility("default"))) void __cxa_end_catch()
{
    static auto *const real = next<void()>("__cxa_end_catch");
    const std::lock_guard lock(countMutex());
    real();
}

// std::exception_ptr::_M_release()
extern "C" __attribute__((visibility("default"))) void
_ZNSt15__exception_ptr13exception_ptr10_M_releaseEv(std::exception_ptr *self)
{
    static auto *const real = next<void(std::exception_ptr *)>("_ZNSt15__exception_ptr13exception_ptr10_M_releaseEv");
    const std::lock_guard lock(countMutex());
    real(self);
}

void QThreadPool::start(QRunnable *runnable, int priority)
{
    static auto *const real = next<void(QThreadPool *, QRunnable *, int)>("_ZN11QThreadPool5startEP9QRunnablei");
    real(this, runnable ? new OrderedRunnable(runnable) : nullptr, priority);
}
