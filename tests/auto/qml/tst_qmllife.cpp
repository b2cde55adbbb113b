// SPDX-License-Identifier: MIT
// Engines, items, windows and services end at random points with a hundred replies pending; Loaders come and go.
#include "services.h"

#include <QtCore/QFile>
#include <QtCore/QRandomGenerator>
#include <QtQml/QQmlComponent>
#include <QtQml/QQmlContext>
#include <QtQml/QQmlEngine>
#include <QtQuick/QQuickItem>
#include <QtQuick/QQuickView>

#if defined(__GLIBC__)
#  include <malloc.h>
#endif

using namespace TestServices;

class tst_QmlLife : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void whateverEndsFirst();
    void aLoaderComesAndGoes();
    void aQmlFileOutlivesItsLoad();
};

// Asks by promises and by Requests, follows states, and shows rows.
static const char page[] = R"(
    import QtQuick
    import QtInterlink

    Item {
        id: page
        width: 100; height: 100
        property var link
        property int seen: 0
        ServiceState { link: page.link; onValueChanged: ++page.seen }
        ListView {
            anchors.fill: parent
            model: ServiceModel { link: page.link; property: "rows"; keyRole: "id" }
            delegate: Text { required property string name; text: name }
        }
        Repeater {
            model: 10
            Item {
                required property int index
                Request { link: page.link; message: "Wait"; args: [index]; onResolved: ++page.seen; onRejected: ++page.seen }
            }
        }
        Request { link: page.link; message: "Work"; args: [100000]; onProgressChanged: ++page.seen }
        function ask(count) {
            for (let i = 0; i < count; ++i)
                link.wait(i).then(value => page.seen += value, error => page.seen -= 1);
            link.doSend("Publish", "a", ["1:a", "2:b"]);
        }
        function finish() {
            link.doSend("Release");
            link.doSend("Publish", "b", ["2:b", "1:a", "3:c"]);
        }
    }
)";

static constexpr int Rounds = 2000;

void tst_QmlLife::whateverEndsFirst()
{
    QRandomGenerator random(20260417);
    for (int round = 0; round < Rounds; ++round) {
        auto engine = std::make_unique<QQmlEngine>();
        const Link<Counter> counter = Counter::start();
        QPointer<QQuickItem> item;
        std::unique_ptr<QQuickView> view;
        {
            QQmlComponent component(engine.get());
            component.setData(page, QUrl(QStringLiteral("qrc:/page.qml")));
            item = qobject_cast<QQuickItem *>(component.createWithInitialProperties(
                    {{QStringLiteral("link"), exported(counter).toVariant(engine.get())}}));
            QVERIFY2(item, qPrintable(component.errorString()));
        }
        QQmlEngine::setObjectOwnership(item, QQmlEngine::CppOwnership);
        if (round % 20 == 0) {
            view = std::make_unique<QQuickView>();
            item->setParentItem(view->contentItem());
            item->setParent(view->contentItem());
            view->show();
        }
        QMetaObject::invokeMethod(item, "ask", Q_ARG(QVariant, 100));

        // Some turns, so that the end comes at another point each time.
        for (int turns = random.bounded(4); turns > 0; --turns)
            QCoreApplication::processEvents();
        if (random.bounded(2))
            QMetaObject::invokeMethod(item, "finish");
        if (random.bounded(2))
            QCoreApplication::processEvents();
        switch (random.bounded(5)) {
        case 0:
            engine.reset(); // with the item alive
            break;
        case 1:
            delete item;
            break;
        case 2:
            view.reset();
            break;
        case 3:
            counter.stop();
            break;
        case 4:
            if (engine)
                engine->collectGarbage();
            break;
        }
        for (int turns = random.bounded(3); turns > 0; --turns)
            QCoreApplication::processEvents();
        if (random.bounded(2))
            engine.reset();
        delete item;
        view.reset();
        engine.reset();
        counter.stop();
        if (round % 100 == 0)
            stopAndWait(counter);
    }
    // What goes on dies out.
    QCoreApplication::sendPostedEvents();
}

#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33) && !defined(TEST_SANITIZED)
static qint64 bytesInUse()
{
    return qint64(mallinfo2().uordblks);
}
#else
static qint64 bytesInUse()
{
    return 0; // a sanitizer's own allocator: leaks are found by it
}
#endif

void tst_QmlLife::aLoaderComesAndGoes()
{
    const Link<Counter> counter = Counter::start();
    {
        QQmlEngine engine;
        QQmlComponent component(&engine);
        component.setData(R"(
            import QtQuick
            import QtInterlink
            Item {
                id: root
                property var link
                Loader {
                    id: loader
                    anchors.fill: parent
                    sourceComponent: Item {
                        ServiceState { id: state; link: root.link }
                        ServiceModel { link: root.link; property: "rows"; keyRole: "id" }
                        Request { link: root.link; message: "Add"; args: [1] }
                        property var value: state.value
                        Component.onCompleted: root.link.add(1).then(value => value + 1)
                    }
                }
                function reload() {
                    loader.active = false;
                    loader.active = true;
                }
            }
        )",
                          QUrl(QStringLiteral("qrc:/loader.qml")));
        const std::unique_ptr<QObject> root(component.createWithInitialProperties(
                {{QStringLiteral("link"), exported(counter).toVariant(&engine)}}));
        QVERIFY2(root, qPrintable(component.errorString()));
        value(counter.send<Publish>(Publish{QStringLiteral("a"), {QStringLiteral("1:a")}}));
        const auto reload = [&](int times) {
            for (int i = 0; i < times; ++i) {
                QMetaObject::invokeMethod(root.get(), "reload");
                QCoreApplication::processEvents();
                QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
            }
            // All that was asked has its answer, whose promise has run.
            static_cast<void>(value(counter.send<Add>()));
            for (int i = 0; i < 10; ++i)
                QCoreApplication::processEvents();
            engine.collectGarbage();
        };
        reload(2000); // until caches are filled
        const qint64 before = bytesInUse();
        reload(10000);
        const qint64 growth = bytesInUse() - before;
        qInfo("%lld bytes more after 10,000 reloads", static_cast<long long>(growth));
        QVERIFY2(growth < 10000 * 32, "memory isn't flat"); // no object is as small as that
    }
    stopAndWait(counter);
}

// A file whose types are unloaded and loaded again: nothing of the module hangs on the first load.
void tst_QmlLife::aQmlFileOutlivesItsLoad()
{
    const Link<Counter> counter = Counter::start();
    for (int i = 0; i < 20; ++i) {
        QQmlEngine engine;
        QQmlComponent component(&engine);
        component.setData(page, QUrl(QStringLiteral("qrc:/page.qml")));
        const std::unique_ptr<QObject> item(component.createWithInitialProperties(
                {{QStringLiteral("link"), exported(counter).toVariant(&engine)}}));
        QVERIFY2(item, qPrintable(component.errorString()));
        engine.trimComponentCache();
        QMetaObject::invokeMethod(item.get(), "ask", Q_ARG(QVariant, 3));
        QMetaObject::invokeMethod(item.get(), "finish");
        QTRY_VERIFY_WITH_TIMEOUT(item->property("seen").toInt() > 3, 60000);
    }
    stopAndWait(counter);
}

QTEST_MAIN(tst_QmlLife)
#include "tst_qmllife.moc"
