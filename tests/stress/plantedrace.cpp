// SPDX-License-Identifier: MIT
// Two threads write the same integer without order. Run under ThreadSanitizer, which must see it in spite of all
// suppressions: a service against the main thread ("exec"), or offloaded work against its service ("offload").
#include <QtCore/QCoreApplication>
#include <QtInterlink/QtInterlink>

#include <cstring>

using namespace QtInterlink;

class Racer : public Service<Racer>
{
};

static volatile int shared = 0;

static void increment()
{
    shared = shared + 1;
}

int main(int argc, char **argv)
{
    const QCoreApplication app(argc, argv);
    const bool offload = argc > 1 && !std::strcmp(argv[1], "offload");
    const Link<Racer> racer = Racer::start();
    for (int round = 0; round < 200; ++round) {
        if (offload) {
            racer.wait([](ServiceContext<Racer> &ctx) -> Task<void> {
                     QFuture<void> done = ctx.offload(increment);
                     increment();
                     co_await done;
                 }).result();
        } else {
            Reply<void> done = racer.exec(increment);
            increment();
            done.result();
        }
    }
    return shared > 0 ? 0 : 1;
}
