// SPDX-License-Identifier: MIT
// What services cost in QML, beside what one writes in plain Qt.
// Usage: qml_bench costs [N]                 nanoseconds of a request, a promise, an update
//        qml_bench flood KIND [SECONDS [RATE]]   frame times of a window that animates meanwhile
// KIND: idle; service (ServiceState); signals (queued signals that set a property). Prints JSON lines.
#include "qmlbench.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QTimer>
#include <QtGui/QGuiApplication>
#include <QtQml/QQmlContext>
#include <QtQml/QQmlEngine>
#include <QtQuick/QQuickItem>
#include <QtQuick/QQuickView>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

// ---- costs ----

const char costsScript[] = R"(
    (function (link, plain, bench, n) {
        const waiting = new Map();
        let last = 0;
        plain.answered.connect((id, total) => {
            const resolve = waiting.get(id);
            waiting.delete(id);
            resolve(total);
        });
        // What one writes without services: a number to tell the answers apart, and callbacks in a map.
        function ask(amount, then) {
            waiting.set(++last, then);
            plain.ask(last, amount);
        }
        // A hundred under way, and the next when all of them are answered.
        function hundredAtOnce(one, done, left) {
            (function next() {
                if (left <= 0)
                    return done();
                left -= 100;
                let open = 100;
                for (let i = 0; i < 100; ++i)
                    one(() => { if (--open === 0) next(); });
            })();
        }
        const cases = {
            barePromises(done, left) {
                (function next() { left-- > 0 ? new Promise(resolve => resolve(1)).then(next) : done(); })();
            },
            requestsInTurn(done, left) {
                (function next() { left-- > 0 ? link.add(1).then(next) : done(); })();
            },
            requestsHundredAtOnce(done, left) {
                hundredAtOnce(then => link.add(1).then(then), done, left);
            },
            tells(done, left) {
                while (left-- > 0)
                    link.doSend("Add", 1);
                link.add(0).then(done);
            },
            signalsInTurn(done, left) {
                (function next() { left-- > 0 ? ask(1, next) : done(); })();
            },
            signalsHundredAtOnce(done, left) {
                hundredAtOnce(then => ask(1, then), done, left);
            },
            signalTells(done, left) {
                while (left-- > 0)
                    plain.tell(1);
                ask(0, done);
            }
        };
        const names = Object.keys(cases);
        (function run(index) {
            if (index === names.length)
                return bench.end();
            bench.begin(names[index]);
            cases[names[index]](() => { bench.report(n); run(index + 1); }, n);
        })(0);
    })
)";

int costs(int n)
{
    QQmlEngine engine;
    const auto monitor = Monitor::start();
    Plain plain;
    Bench bench;
    for (QObject *const object : {static_cast<QObject *>(&plain), static_cast<QObject *>(&bench)})
        QQmlEngine::setObjectOwnership(object, QQmlEngine::CppOwnership);
    const QJSValue run = engine.evaluate(QString::fromLatin1(costsScript));
    const QJSValue result = run.call({QmlLink::create<Add>(monitor).toScriptValue(&engine), engine.newQObject(&plain),
                                      engine.newQObject(&bench), n});
    if (result.isError()) {
        std::fprintf(stderr, "%s\n", qPrintable(result.toString()));
        return 1;
    }
    QGuiApplication::exec();
    monitor.stop();
    monitor.stopped().waitForFinished();
    return 0;
}

// ---- flood ----

const char floodPage[] = R"(
    import QtQuick
    import QtInterlink

    Rectangle {
        id: page
        width: 400; height: 300
        property var link
        property var plain
        property int answers: 0
        readonly property var value: link ? state.value : plain ? plain.value : undefined
        readonly property double sentAt: value ? value.sentAt : 0
        ServiceState { id: state; link: page.link }
        Text { text: page.value ? page.value.number : "" }
        Rectangle {
            width: 50; height: 50; y: 100; color: "red"
            NumberAnimation on x { from: 0; to: 350; duration: 1000; loops: Animation.Infinite }
        }
        Timer {
            interval: 10; running: true; repeat: true
            onTriggered: {
                if (page.link)
                    page.link.add(1).then(() => ++page.answers);
                else if (page.plain)
                    page.plain.ask(1, 1);
            }
        }
        Connections {
            target: page.plain ?? null
            ignoreUnknownSignals: true
            function onAnswered() { ++page.answers; }
        }
    }
)";

int flood(const char *kind, int seconds, int rate)
{
    QQuickView view;
    const bool byService = std::strcmp(kind, "service") == 0;
    const bool bySignals = std::strcmp(kind, "signals") == 0;
    const auto monitor = Monitor::start();
    Plain plain;
    QQmlComponent component(view.engine());
    component.setData(floodPage, QUrl(QStringLiteral("qrc:/flood.qml")));
    QVariantMap properties;
    if (byService)
        properties[QStringLiteral("link")] = QmlLink::create<Add>(monitor).toVariant(view.engine());
    if (bySignals)
        properties[QStringLiteral("plain")] = QVariant::fromValue<QObject *>(&plain);
    QObject *const page = component.createWithInitialProperties(properties);
    if (!page) {
        std::fprintf(stderr, "%s\n", qPrintable(component.errorString()));
        return 1;
    }
    view.setContent({}, &component, page);
    view.show();

    std::vector<double> frames; // milliseconds from one to the next
    std::vector<double> ages; // of the state that a frame shows
    qint64 lastFrame = 0;
    QObject::connect(&view, &QQuickWindow::frameSwapped, &view, [&] {
        const qint64 now = nowInNanoseconds();
        if (lastFrame != 0) {
            frames.push_back(double(now - lastFrame) / 1e6);
            if (const double sentAt = page->property("sentAt").toDouble(); sentAt > 0)
                ages.push_back((double(now) - sentAt) / 1e6);
        }
        lastFrame = now;
    });
    const quint64 memoryBefore = residentKilobytes();
    quint64 published = 0;
    const auto end = [&](quint64 count) {
        published = count;
        QCoreApplication::quit();
    };
    if (byService)
        monitor.send<Flood>(seconds, rate).then(&view, end);
    else if (bySignals)
        QObject::connect(&plain, &Plain::flooded, &view, end);
    else
        QTimer::singleShot(seconds * 1000, qApp, &QCoreApplication::quit);
    if (bySignals)
        plain.flood(seconds, rate);
    QGuiApplication::exec();
    const quint64 memory = residentKilobytes() - memoryBefore;
    std::printf("{\"kind\":\"%s\",\"seconds\":%d,\"published\":%llu,\"frames\":%zu,\"frame_p50_ms\":%.1f,"
                "\"frame_p99_ms\":%.1f,\"frame_max_ms\":%.1f,\"age_p50_ms\":%.1f,\"age_p99_ms\":%.1f,\"answers\":%d,"
                "\"memory_kb\":%llu}\n",
                kind, seconds, static_cast<unsigned long long>(published), frames.size(), percentile(frames, 0.5),
                percentile(frames, 0.99), percentile(frames, 1), percentile(ages, 0.5), percentile(ages, 0.99),
                page->property("answers").toInt(), static_cast<unsigned long long>(memory));
    monitor.stop();
    monitor.stopped().waitForFinished();
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    QGuiApplication app(argc, argv);
    if (argc > 1 && std::strcmp(argv[1], "costs") == 0)
        return costs(argc > 2 ? std::atoi(argv[2]) : 20000);
    if (argc > 2 && std::strcmp(argv[1], "flood") == 0)
        return flood(argv[2], argc > 3 ? std::atoi(argv[3]) : 5, argc > 4 ? std::atoi(argv[4]) : 1000000);
    std::fprintf(stderr, "Usage: %s costs [N] | flood idle|service|signals [SECONDS [RATE]]\n", argv[0]);
    return 2;
}
